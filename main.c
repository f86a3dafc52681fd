/* The command line. */
#include <stdio.h>

int main(void)
{
    puts("allstop " ALLSTOP_VERSION);
    return 0;
}
