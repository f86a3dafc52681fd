/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Work for SQLite: tables in memory, an index, joins, triggers, an aggregate of a window and a statement that
 * is wrong. */
#include <stdio.h>

#include "sqlite3.h"

static const char *const statements[] = {
    "create table t (id integer primary key, name text, worth real)",
    "create index by_name on t (name, worth desc)",
    "create table log (what text)",
    "create trigger seen after update on t begin insert into log values (old.name || '>' || new.name); end",
    "with recursive n(i) as (select 1 union all select i + 1 from n where i < 60) "
    "insert into t select i, 'name' || (i * 7 % 13), i * 1.25 from n",
    "update t set name = upper(name) where id % 5 = 0",
    "select name, count(*), sum(worth), group_concat(id) from t group by name having count(*) > 3 order by 3 "
    "desc limit 4",
    "select a.id, b.name, row_number() over (partition by a.name order by a.worth) from t a join t b on a.id "
    "= b.id + 1 "
    "where a.name like 'n%' and b.worth between 3 and 40 limit 6",
    "select printf('%s %08.3f', name, worth), hex(name), date('2020-02-29', '+1 year') from t where id in "
    "(3, 5, 9)",
    "delete from t where id > 40 and exists (select 1 from log where what like '%1')",
    "select nothing from nowhere",
    "explain query plan select * from t where name = 'x'",
};

static int row(void *data, int columns, char **values, char **names)
{
    *(int *)data += columns;
    return values == NULL || names == NULL;
}

int main(void)
{
    sqlite3 *db = NULL;
    int fields = 0;
    sqlite3_open(":memory:", &db);
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++) {
        char *why = NULL;
        if (sqlite3_exec(db, statements[i], row, &fields, &why) != SQLITE_OK)
            printf("%s\n", why);
        sqlite3_free(why);
    }
    sqlite3_close(db);
    printf("%d\n", fields);
    return 0;
}
