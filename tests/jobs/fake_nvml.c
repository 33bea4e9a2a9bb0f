/* A libnvidia-ml.so.1 for tests. It reads the file named in $FAKE_NVML at every call, so that a test can change what the
   devices are while a program watches them. A line each, fields between bars:

     init|CODE                               nvmlInit answers this error
     count|CODE                              asking how many there are answers this error
     hang                                    every call takes until the file says otherwise
     gpu|name|uuid|bus|total|used|busy|temperature|power mW|limit mW|processes|error
     mig|index of its device|name|uuid|total|used|processes

   Sizes in MiB; processes are pid:MiB,pid:MiB; an empty error is none. A field `-` is not supported, `!` not permitted.
   -DNO_V3 tells processes as drivers before 2021 do, -DOLD leaves out what those before 2020 lack, -DANCIENT what those
   before 2018 lack. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OK = 0, INVALID = 2, NOT_SUPPORTED = 3, NO_PERMISSION = 4, NOT_FOUND = 6, INSUFFICIENT = 7 };
enum { NAME, UUID, BUS, TOTAL, USED, BUSY, TEMPERATURE, POWER, LIMIT, PROCESSES, ERROR, FIELDS };
#define MOST 32
typedef int Answer;
typedef struct { int is_mig, device; char field[FIELDS][256]; } Device;
typedef Device *Handle;

static Device devices[MOST];
static int number, init_error, count_error, hangs;

static void split(char *line, char *into[], int most) {
    for (int i = 0; i < most; i++) {
        into[i] = line ? line : (char *)"";
        if (line && (line = strchr(line, '|'))) *line++ = 0;
    }
}

static void look_once(void) {
    const char *path = getenv("FAKE_NVML");
    FILE *file = path ? fopen(path, "r") : NULL;
    char line[2048], *part[FIELDS + 1];
    number = init_error = count_error = hangs = 0;
    if (!file) return;
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = 0;
        split(line, part, FIELDS + 1);
        if (!strcmp(part[0], "init")) init_error = atoi(part[1]);
        if (!strcmp(part[0], "count")) count_error = atoi(part[1]);
        if (!strcmp(part[0], "hang")) hangs = 1;
        if (number == MOST) continue;
        Device *one = &devices[number];
        if (!strcmp(part[0], "gpu")) {
            one->is_mig = 0;
            for (int i = 0; i < FIELDS; i++) snprintf(one->field[i], 256, "%s", part[i + 1]);
            number++;
        } else if (!strcmp(part[0], "mig")) {
            int of[] = {NAME, UUID, TOTAL, USED, PROCESSES};
            one->is_mig = 1;
            one->device = atoi(part[1]);
            for (int i = 0; i < FIELDS; i++) strcpy(one->field[i], "-");
            one->field[ERROR][0] = 0;
            for (int i = 0; i < 5; i++) snprintf(one->field[of[i]], 256, "%s", part[i + 2]);
            number++;
        }
    }
    fclose(file);
}

static void look(void) {
    look_once();
    while (hangs) {
        usleep(20000);
        look_once();
    }
}

static Answer ask(Handle device, int field, const char **value) {
    look();
    if (device->field[ERROR][0]) return atoi(device->field[ERROR]);
    *value = device->field[field];
    if (!strcmp(*value, "-")) return NOT_SUPPORTED;
    return !strcmp(*value, "!") ? NO_PERMISSION : OK;
}

static Answer text(Handle device, int field, char *into, unsigned length) {
    const char *value;
    Answer answer = ask(device, field, &value);
    if (answer == OK) snprintf(into, length, "%s", value);
    return answer;
}

static Answer count(Handle device, int field, unsigned *into) {
    const char *value;
    Answer answer = ask(device, field, &value);
    if (answer == OK) *into = (unsigned)strtoul(value, NULL, 10);
    return answer;
}

static Device *whole(unsigned index) {
    for (int i = 0; i < number; i++)
        if (!devices[i].is_mig && index-- == 0) return &devices[i];
    return NULL;
}

__attribute__((unused)) static Device *instance(Handle device, unsigned place) {
    for (int i = 0; i < number; i++)
        if (devices[i].is_mig && whole((unsigned)devices[i].device) == device && place-- == 0) return &devices[i];
    return NULL;
}

#ifndef ANCIENT
Answer nvmlInitWithFlags(unsigned flags) { (void)flags; look(); return init_error; }
#endif
Answer nvmlInit_v2(void) { look(); return init_error; }
Answer nvmlShutdown(void) { return OK; }
const char *nvmlErrorString(Answer answer) { return answer == NOT_SUPPORTED ? "Not Supported" : "Odd Error"; }
Answer nvmlSystemGetDriverVersion(char *into, unsigned length) { snprintf(into, length, "580.65.06"); return OK; }

Answer nvmlDeviceGetCount_v2(unsigned *into) {
    look();
    *into = 0;
    for (int i = 0; i < number; i++) *into += !devices[i].is_mig;
    return count_error;
}

Answer nvmlDeviceGetHandleByIndex_v2(unsigned index, Handle *into) {
    look();
    *into = whole(index);
    if (!*into) return INVALID;
    return (*into)->field[ERROR][0] ? atoi((*into)->field[ERROR]) : OK;
}

Answer nvmlDeviceGetName(Handle device, char *into, unsigned length) { return text(device, NAME, into, length); }
Answer nvmlDeviceGetUUID(Handle device, char *into, unsigned length) { return text(device, UUID, into, length); }
Answer nvmlDeviceGetPowerUsage(Handle device, unsigned *into) { return count(device, POWER, into); }
Answer nvmlDeviceGetEnforcedPowerLimit(Handle device, unsigned *into) { return count(device, LIMIT, into); }
Answer nvmlDeviceGetTemperature(Handle device, unsigned sensor, unsigned *into) {
    (void)sensor;
    return count(device, TEMPERATURE, into);
}

struct rates { unsigned gpu, memory; };
Answer nvmlDeviceGetUtilizationRates(Handle device, struct rates *into) {
    into->memory = 0;
    return count(device, BUSY, &into->gpu);
}

struct memory { unsigned long long total, free, used; };
Answer nvmlDeviceGetMemoryInfo(Handle device, struct memory *into) {
    unsigned total, used;
    Answer answer = count(device, TOTAL, &total);
    if (answer == OK) answer = count(device, USED, &used);
    if (answer != OK) return answer;
    into->total = (unsigned long long)total << 20;
    into->used = ((unsigned long long)used << 20) + (600ull << 20); /* what the driver reserves counts here */
    into->free = into->total - into->used;
    return OK;
}

struct pci { char legacy[16]; unsigned domain, bus, device, id, subsystem; char bus_id[32]; };
Answer nvmlDeviceGetPciInfo_v3(Handle device, struct pci *into) {
    memset(into, 0, sizeof *into);
    return text(device, BUS, into->bus_id, sizeof into->bus_id);
}

#ifndef OLD
struct memory_v2 { unsigned version; unsigned long long total, reserved, free, used; };
Answer nvmlDeviceGetMemoryInfo_v2(Handle device, struct memory_v2 *into) {
    struct memory plain;
    Answer answer = nvmlDeviceGetMemoryInfo(device, &plain);
    if (answer != OK) return answer;
    into->total = plain.total;
    into->reserved = 600ull << 20;
    into->used = plain.used - into->reserved;
    into->free = plain.free;
    return OK;
}

#ifdef NO_V3
#define ComputeRunningProcesses nvmlDeviceGetComputeRunningProcesses_v2
#else
#define ComputeRunningProcesses nvmlDeviceGetComputeRunningProcesses_v3
#endif
struct process { unsigned pid; unsigned long long memory; unsigned gpu_instance, compute_instance; };
Answer ComputeRunningProcesses(Handle device, unsigned *many, struct process *into) {
    const char *value;
    Answer answer = ask(device, PROCESSES, &value);
    if (answer != OK) return answer;
    char copy[256], *rest = NULL;
    unsigned room = *many;
    *many = 0;
    snprintf(copy, sizeof copy, "%s", value);
    for (char *one = strtok_r(copy, ",", &rest); one; one = strtok_r(NULL, ",", &rest)) {
        unsigned pid = 0;
        unsigned long long size = 0;
        int read = sscanf(one, "%u:%llu", &pid, &size);
        if (into && *many < room) {
            struct process found = {pid, read == 2 ? size << 20 : ~0ull, ~0u, ~0u};
            into[*many] = found;
        }
        ++*many;
    }
    return !*many || (into && *many <= room) ? OK : INSUFFICIENT;
}

Answer nvmlDeviceGetMigMode(Handle device, unsigned *now, unsigned *pending) {
    look();
    if (device->field[ERROR][0]) return atoi(device->field[ERROR]);
    *now = *pending = instance(device, 0) != NULL;
    return *now ? OK : NOT_SUPPORTED;
}

Answer nvmlDeviceGetMaxMigDeviceCount(Handle device, unsigned *into) { (void)device; *into = 7; return OK; }
Answer nvmlDeviceGetMigDeviceHandleByIndex(Handle device, unsigned place, Handle *into) {
    look();
    *into = instance(device, place);
    return *into ? OK : NOT_FOUND;
}
#endif
