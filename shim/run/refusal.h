/* How a refusal or an error reaches the engine's user: one sentence on stderr
 * and, when the engine gave --log, one JSON line there. */
#ifndef RUNCLAMP_RUN_REFUSAL_H
#define RUNCLAMP_RUN_REFUSAL_H

/* `log` is the value of --log, or NULL. containerd takes the last line of level
 * error, Podman wants exactly one JSON object, so nothing else is ever written
 * there. crun's "file:PATH" is understood; its syslog: and journald: are left alone. */
void refusal_tell(const char *log, const char *sentence);

#endif
