/* Configuration files: anything is read or refused, and what was read can be printed and read again. */
#include "config/config.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cq_settings s, again;
    struct cq_error err = {0};
    cq_settings_init(&s);
    cq_settings_init(&again);
    if (cq_config_parse(&s, "fuzz", (const char *)data, size, &err) == 0) {
        cq_config_check(&s, &err);
        char *json = cq_config_to_json(&s.config), *text = cq_config_to_text(&s);
        if (json && cq_config_parse(&again, "again", json, strlen(json), &err))
            abort(); /* what the program writes it must read */
        free(json);
        free(text);
    }
    cq_settings_done(&s);
    cq_settings_done(&again);
    return 0;
}
