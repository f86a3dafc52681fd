/* Twenty frames and a frame whose variables are strings on the heap: what a question costs in turns is
 * counted. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct person {
    char *name;
    const char *title;
    int age;
    char nick[8];
};

__attribute__((noinline)) int look(struct person *who, struct person copy, char *line, int depth)
{
    char *first = copy.name, *second = line + 1;
    const char *fixed = "constant";
    int numbers[8] = {depth};
    return who->age + first[0] + second[0] + fixed[1] + numbers[0];
}

__attribute__((noinline)) int deeper(int depth, struct person *who)
{
    char room[200];
    memset(room, depth, sizeof room);
    if (depth == 0) {
        struct person copy = *who;
        char *line = strdup("a line that lies on the heap");
        return look(who, copy, line, depth);
    }
    return deeper(depth - 1, who) + room[3];
}

int main(void)
{
    struct person *who = calloc(1, sizeof *who);
    who->name = strdup("a name on the heap");
    who->title = "a title in the file";
    who->age = 7;
    strcpy(who->nick, "nick");
    printf("%d\n", deeper(18, who));
    return 0;
}
/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-License-Identifier: GPL-3.0-or-later */
