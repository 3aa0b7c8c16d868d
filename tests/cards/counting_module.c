/* A PKCS#11 module that passes everything on to another, and fails as a card does where a file of its folder says so.
 *
 * LAYER_BEFORE: the module behind; LAYER_FOLDER: the folder. Files: "hang" (C_Initialize never returns), "hang-tokens",
 * "crash", "busy" (each hang or crash once the file is there), "pulled" (the token is gone), "pulled-at-login", "pulled-at-sign", "error" (the code returned
 * by C_GetSlotList, in hexadecimal; "once" beside it: the first time only), "slot" (the name of every slot), "model",
 * "pinpad" (a code typed on the reader: the content of the file; empty: given up), "noise" (prints on standard output).
 * Written by it: "wrong", one byte a wrong code in a row; "presented", one byte a code presented.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef unsigned long CK_RV, CK_ULONG;
typedef struct {
    unsigned char version[2];
    void *calls[68];
} List;
typedef struct {
    char label[32], maker[32], model[16], serial[16];
    CK_ULONG flags, rest[10];
    unsigned char tail[20];
} TokenInfo;
typedef struct {
    char description[64], maker[32];
    CK_ULONG flags;
    unsigned char versions[4];
} SlotInfo;

enum { INITIALIZE, FINALIZE, GET_INFO, GET_LIST, SLOT_LIST, SLOT_INFO, TOKEN_INFO, LOGIN = 18, SIGN = 43 };
enum { LOW = 0x10000, FINAL = 0x20000, LOCKED = 0x40000, PINPAD = 0x100, INITIALIZED = 0x400 };

static List ours;
static List *behind;

static const char *place(const char *name)
{
    static char path[4096];
    snprintf(path, sizeof path, "%s/%s", getenv("LAYER_FOLDER"), name);
    return path;
}

static int has(const char *name) { return access(place(name), F_OK) == 0; }

static long content(const char *name, char *into, size_t size)
{
    FILE *file = fopen(place(name), "rb");
    if (file == NULL)
        return -1;
    size_t got = fread(into, 1, size - 1, file);
    into[got] = 0;
    fclose(file);
    return (long)got;
}

static void count(const char *name)
{
    FILE *file = fopen(place(name), "ab");
    fputc('x', file);
    fclose(file);
}

static void padded(char *into, size_t size, const char *text)
{
    size_t length = strlen(text) < size ? strlen(text) : size;
    memset(into, ' ', size);
    memcpy(into, text, length);
}

static CK_RV initialize(void *arguments)
{
    if (has("crash"))
        abort();
    while (has("hang"))
        usleep(10000);
    if (has("noise")) {
        puts("PKCS11 TRACE");
        fflush(stdout);
    }
    return ((CK_RV(*)(void *))behind->calls[INITIALIZE])(arguments);
}

static CK_RV slot_list(unsigned char present, CK_ULONG *slots, CK_ULONG *number)
{
    char code[32];
    while (has("hang-tokens"))
        usleep(10000);
    if (content("error", code, sizeof code) > 0) {
        if (has("once"))
            unlink(place("error"));
        return strtoul(code, NULL, 16);
    }
    return ((CK_RV(*)(unsigned char, CK_ULONG *, CK_ULONG *))behind->calls[SLOT_LIST])(present, slots, number);
}

static CK_RV slot_info(CK_ULONG slot, SlotInfo *info)
{
    char text[128];
    CK_RV result = ((CK_RV(*)(CK_ULONG, SlotInfo *))behind->calls[SLOT_INFO])(slot, info);
    if (result == 0 && content("slot", text, sizeof text) > 0)
        padded(info->description, sizeof info->description, text);
    return result;
}

static CK_RV token_info(CK_ULONG slot, TokenInfo *info)
{
    char wrong[16], text[32];
    if (has("pulled"))
        return 0xE0; /* CKR_TOKEN_NOT_PRESENT */
    CK_RV result = ((CK_RV(*)(CK_ULONG, TokenInfo *))behind->calls[TOKEN_INFO])(slot, info);
    if (result != 0 || !(info->flags & INITIALIZED))
        return result;
    padded(info->model, sizeof info->model, content("model", text, sizeof text) > 0 ? text : "IAS ECC");
    long tries = content("wrong", wrong, sizeof wrong);
    info->flags &= ~(CK_ULONG)(LOW | FINAL | LOCKED);
    info->flags |= tries >= 3 ? LOCKED : tries == 2 ? LOW | FINAL : tries == 1 ? LOW : 0;
    if (has("pinpad"))
        info->flags |= PINPAD;
    return 0;
}

static CK_RV login(CK_ULONG session, CK_ULONG user, unsigned char *code, CK_ULONG length)
{
    char typed[32], wrong[16];
    if (has("pulled-at-login"))
        return 0x32; /* CKR_DEVICE_REMOVED */
    count("presented");
    if (content("wrong", wrong, sizeof wrong) >= 3)
        return 0xA4; /* CKR_PIN_LOCKED */
    if (code == NULL) {
        long got = content("pinpad", typed, sizeof typed);
        if (got <= 0)
            return 0x50; /* CKR_FUNCTION_CANCELED */
        code = (unsigned char *)typed;
        length = (CK_ULONG)got;
    }
    CK_RV result = ((CK_RV(*)(CK_ULONG, CK_ULONG, unsigned char *, CK_ULONG))behind->calls[LOGIN])(
        session, user, code, length);
    if (result == 0xA0) /* CKR_PIN_INCORRECT */
        count("wrong");
    else if (result == 0)
        unlink(place("wrong"));
    return result;
}

static CK_RV sign(CK_ULONG session, unsigned char *data, CK_ULONG length, unsigned char *into, CK_ULONG *size)
{
    if (has("pulled-at-sign"))
        return 0x32; /* CKR_DEVICE_REMOVED */
    return ((CK_RV(*)(CK_ULONG, unsigned char *, CK_ULONG, unsigned char *, CK_ULONG *))behind->calls[SIGN])(
        session, data, length, into, size);
}

CK_RV C_GetFunctionList(List **list)
{
    void *module = dlopen(getenv("LAYER_BEFORE"), RTLD_NOW);
    if (module == NULL)
        return 5; /* CKR_GENERAL_ERROR */
    CK_RV (*get)(List **) = (CK_RV(*)(List **))dlsym(module, "C_GetFunctionList");
    CK_RV result = get(&behind);
    if (result != 0)
        return result;
    ours = *behind;
    ours.calls[INITIALIZE] = initialize;
    ours.calls[SLOT_LIST] = slot_list;
    ours.calls[SLOT_INFO] = slot_info;
    ours.calls[TOKEN_INFO] = token_info;
    ours.calls[LOGIN] = login;
    ours.calls[SIGN] = sign;
    *list = &ours;
    return 0;
}
