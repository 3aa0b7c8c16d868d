/* A double of the SESAM-Vitale library for the tests: the public names and prototypes, and recorded answers.
 *
 * The file named by FSV_DOUBLE says what is answered, one order a line:
 *   init N | config N | rights N | field N    the return code of a function (hexadecimal)
 *   hang SECONDS                              the reading of rights waits
 *   crash                                     the reading of rights breaks the process
 *   endless                                   the groups never end
 *   g NUMBER;FIELD;FIELD...                   one group of the answer, in order
 * What is asked for is written to the file named by FSV_DOUBLE_TOLD.
 */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MOST 512
static char lines[MOST][8192];
static unsigned short numbers[MOST], occurrences[MOST];
static int count, opened, sessions, endless, crash;
static unsigned short init_status, config_status, rights_status, field_status;
static unsigned hang_seconds;

static void read_orders(void)
{
    static char line[8192];
    unsigned value;
    const char *name = getenv("FSV_DOUBLE");
    FILE *file = name ? fopen(name, "r") : NULL;
    count = endless = crash = 0;
    hang_seconds = 0;
    init_status = config_status = rights_status = field_status = 0;
    while (file && fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = 0;
        if (sscanf(line, "init %x", &value) == 1) init_status = (unsigned short)value;
        else if (sscanf(line, "config %x", &value) == 1) config_status = (unsigned short)value;
        else if (sscanf(line, "rights %x", &value) == 1) rights_status = (unsigned short)value;
        else if (sscanf(line, "field %x", &value) == 1) field_status = (unsigned short)value;
        else if (sscanf(line, "hang %u", &value) == 1) hang_seconds = value;
        else if (!strcmp(line, "endless")) endless = 1;
        else if (!strcmp(line, "crash")) crash = 1;
        else if (!strncmp(line, "g ", 2) && count < MOST) {
            int before = 0, place;
            numbers[count] = (unsigned short)atoi(line + 2);
            for (place = 0; place < count; place++) before += numbers[place] == numbers[count];
            occurrences[count] = (unsigned short)(before + 1);
            strcpy(lines[count++], line + 2);
        }
    }
    if (file) fclose(file);
}

static void tell(const char *what, const char *a, const char *b, const char *c, const char *d)
{
    const char *name = getenv("FSV_DOUBLE_TOLD");
    FILE *file = name ? fopen(name, "a") : NULL;
    if (!file) return;
    fprintf(file, "%s %s %s %s %s\n", what, a, b, c, d);
    fclose(file);
}

#ifndef WITHOUT_SSV_InitLIB
unsigned short SSV_InitLIB(void)
{
    read_orders();
    tell("init", "", "", "", "");
    opened = 1;
    return init_status;
}
#endif

unsigned short SSV_TermLIB(void)
{
    tell("term", "", "", "", "");
    opened = 0;
    return 0;
}

unsigned short SGD_ReserverSession(size_t size, unsigned short *number)
{
    if (!size || !number) return 0xF801;
    *number = (unsigned short)(7 + sessions++);
    return 0;
}

unsigned short SGD_LibererSession(unsigned short number)
{
    char told[16];
    snprintf(told, sizeof told, "%u", number);
    tell("free", told, "", "", "");
    return 0;
}

unsigned short SIS_LireConfig(unsigned short number)
{
    (void)number;
    read_orders();
    return opened ? config_status : 0xF600;
}

#ifndef WITHOUT_SIS_LireDroitsVitale
unsigned short SIS_LireDroitsVitale(const char *professional, const char *reader, const char *code, const char *day,
                                    unsigned short number)
{
    (void)number;
    read_orders();
    if (hang_seconds) sleep(hang_seconds);
    if (crash) abort();
    tell("rights", professional, reader, code, day);
    return opened ? rights_status : 0xF600;
}
#endif

unsigned short SGD_LireGroupeSuivant(unsigned short number, unsigned short group, unsigned short occurrence,
                                     unsigned short *next, unsigned short *next_occurrence)
{
    int place = 0;
    (void)number;
    if (group) {
        while (place < count && !(numbers[place] == group && occurrences[place] == occurrence)) place++;
        place++;
    }
    if (endless) place = 0;
    if (place >= count) return 0xF80B;
    *next = numbers[place];
    *next_occurrence = occurrences[place];
    return 0;
}

#ifndef WITHOUT_SGD_LireChamp
unsigned short SGD_LireChamp(unsigned short number, unsigned short group, unsigned short occurrence,
                             unsigned short field, char *value, size_t *most)
{
    int place = 0;
    const char *start;
    size_t length;
    (void)number;
    if (field_status) return field_status;
    while (place < count && !(numbers[place] == group && occurrences[place] == occurrence)) place++;
    if (place == count) return 0xF806;
    for (start = lines[place]; field--;) {
        start = strchr(start, ';');
        if (!start) return 0xF805;
        start++;
    }
    length = strcspn(start, ";");
    if (length + 1 > *most) return 0xF800;
    memcpy(value, start, length);
    value[length] = 0;
    *most = length;
    return 0;
}
#endif
