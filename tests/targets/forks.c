/* fork and vfork with a breakpoint in common code: a child must not die of our trap. */
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

__attribute__((noinline)) int common(int x)
{
    return x + 1;
}

int main(void)
{
    int status = 0, good = 0;
    for (int i = 0; i < 3; i++) {
        pid_t child = fork();
        if (child == 0)
            _exit(common(i));
        waitpid(child, &status, 0);
        good += WIFEXITED(status) && WEXITSTATUS(status) == i + 1;
        common(i);
    }
    pid_t child = vfork();
    if (child == 0) {
        execl("/bin/true", "true", (char *)NULL);
        _exit(1);
    }
    waitpid(child, &status, 0);
    good += WIFEXITED(status) && WEXITSTATUS(status) == 0;
    return good;
}
/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-License-Identifier: GPL-3.0-or-later */
