"""What to do where the operating system refuses something."""

import errno

__all__ = ["system_advice"]

_ADVICE = {
    errno.ENOSPC: "make room on that disk, and run the command again",
    errno.EDQUOT: "make room under your quota, and run the command again",
    errno.EFBIG: "raise the limit of file sizes (ulimit -f), and run the command again",
    errno.EROFS: "choose a place that can be written to",
    errno.EACCES: "choose a place that you may use, or let its owner change its permissions",
    errno.EPERM: "choose a place that you may use, or let its owner change its permissions",
    errno.ENOENT: "choose a place that is there and can be written to",
    errno.EEXIST: "something else is there: choose another place",
    errno.ENOTDIR: "a part of that path is a file: choose another place",
    errno.ENAMETOOLONG: "choose a shorter name",
    errno.EMFILE: "raise the limit of open files: ulimit -n",
}


def system_advice(error: OSError) -> str:
    """What to do where the system refused; empty where nothing sensible can be said."""
    return _ADVICE.get(error.errno or 0, "")
