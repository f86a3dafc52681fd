#include "scripts/output.h"

#include <stdio.h>
#include <stdlib.h>

void output_line(cJSON *line)
{
    char *text = cJSON_PrintUnformatted(line);
    cJSON_Delete(line);
    if (text) {
        fputs(text, stdout);
        putchar('\n');
        fflush(stdout);
    }
    free(text);
}

bool output_broken(void)
{
    return ferror(stdout) != 0;
}

cJSON *error_to_json(const struct error *e)
{
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "code", error_code_name(e->code));
    cJSON_AddStringToObject(o, "message", e->message);
    if (e->hint)
        cJSON_AddStringToObject(o, "hint", e->hint);
    return o;
}

void output_error(const struct error *e)
{
    fprintf(stderr, "allstop: %s\n", e->message);
    if (e->hint)
        fprintf(stderr, "  %s\n", e->hint);
}
