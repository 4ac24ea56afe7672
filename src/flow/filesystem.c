/* Filesystem: is a folder on a disk of this machine? */
#include "flow/filesystem.h"

#include <sys/vfs.h>

#include "base/banned.h"

static const struct {
    unsigned long kind;
    const char *name;
} networks[] = {
    {0x6969, "NFS"},          {0xFF534D42, "SMB (CIFS)"}, {0xFE534D42, "SMB"},
    {0x517B, "SMB"},          {0x5346414F, "AFS"},        {0x6B414653, "AFS"},
    {0x00C36400, "CephFS"},   {0x73757245, "Coda"},       {0x564C, "NCP"},
    {0x0BD00BD0, "Lustre"},   {0x47504653, "GPFS"},       {0x19830326, "BeeGFS"},
    {0x7461636F, "OCFS2"},    {0x01161970, "GFS2"},       {0xAAD7AAEA, "PanFS"},
    {0x20030528, "OrangeFS"},
};

const char *filesystem_network(unsigned long kind)
{
    for (size_t i = 0; i < sizeof(networks) / sizeof(networks[0]); i++)
        if (networks[i].kind == (kind & 0xFFFFFFFF))
            return networks[i].name;
    return NULL;
}

bool filesystem_check(const char *path, struct error *err)
{
    struct statfs status;
    if (statfs(path, &status) != 0)
        return true; /* whatever it is, opening the database will say it */
    const char *name = filesystem_network((unsigned long)status.f_type);
    return name == NULL ||
           error_at(err, FAULT_CONFIG, (struct place){.path = text_of(path)},
                    "lies on a network file system (%s), where two machines could send the same "
                    "mail twice: keep the workspace on a local disk of the machine that sends",
                    name);
}
