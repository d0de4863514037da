/* callqa-manual: writes callqa(1) or a shell's completion to standard output. Used by the build, not installed.
 */
#include "cli/manual.h"

#include <string.h>

int main(int argc, char **argv)
{
    const char *what = argc == 2 ? argv[1] : "";
    if (strcmp(what, "man") == 0) {
        cq_manual_man(stdout);
    } else if (strcmp(what, "bash") == 0) {
        cq_manual_bash(stdout);
    } else if (strcmp(what, "zsh") == 0) {
        cq_manual_zsh(stdout);
    } else {
        fputs("usage: callqa-manual man|bash|zsh\n", stderr);
        return 2;
    }
    return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
