/* cli/manual.h - callqa(1) and shell completions, written from the command table when callqa is built. */
#ifndef CQ_CLI_MANUAL_H
#define CQ_CLI_MANUAL_H

#include <stdio.h>

/* callqa(1) as roff (man macros). */
void cq_manual_man(FILE *f);

/* Completion functions; they need nothing but the shell itself. */
void cq_manual_bash(FILE *f);
void cq_manual_zsh(FILE *f);

#endif
