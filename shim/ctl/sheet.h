/* Lines "label  text", the text wrapped and indented: for people, whose terminal the text cannot steer. */
#ifndef RUNCLAMP_CTL_SHEET_H
#define RUNCLAMP_CTL_SHEET_H

#include "base/buf.h"

void sheet_line(struct buf *out, const char *label, const char *fmt, ...) PRINTF_LIKE(3, 4);

#endif
