"""Every command: its module and its line in the help, so that the help imports none of them."""

__all__ = ["ALIASES", "COMMANDS", "CONTEXTS", "OTHERS", "SECTIONS"]

SECTIONS: dict[str, dict[str, str]] = {
    "Start": {
        "create": "Make an empty project.",
        "import": "Make a project of a dataset on disk.",
        "add": "Add a source: a dataset on disk, in any format.",
        "remove": "Forget a source.",
        "info": "Show what a project holds.",
    },
    "Look": {
        "status": "Show what changed in sources and working copies.",
        "diff": "Show what differs between two datasets, or measure how well one finds the other.",
        "log": "Show the history of a branch, or of one item.",
        "show": "Show a commit: who, why, how it was made, what changed.",
        "ls": "List the items of a revision.",
        "stats": "Show statistics of a dataset: images, labels, attributes, areas.",
        "validate": "Find what looks wrong in a dataset, for one task.",
        "blame": "Show which commit last changed each annotation of an item.",
        "cat": "Print an object.",
    },
    "Change": {
        "commit": "Take what changed into the current branch.",
        "filter": "Keep the items and annotations that an expression picks.",
        "transform": "Change items and annotations by a transform, or by several in a row.",
        "merge": "Update a dataset from another, or make one of several by vote.",
        "update": "Bring derived datasets up to date with what they were made from.",
        "reproduce": "Make a dataset again by its recipes, and check that the same comes out.",
        "revert": "Take back what a commit did.",
        "restore": "Bring items back as they were in another revision.",
        "undo": "Take back the last operation.",
        "redo": "Do again what was undone last.",
    },
    "Branch": {
        "branch": "List, make, rename and delete branches.",
        "switch": "Stand on another branch; working copies follow.",
        "checkout": "Stand on a revision, or write one into a folder to work in.",
        "tag": "List, make and delete tags.",
        "reset": "Move the current branch to another revision.",
    },
    "Exchange": {
        "export": "Write a dataset in a format.",
        "convert": "Turn a dataset from one format into another.",
        "format": "List the formats, and recognise them.",
    },
    "Care": {
        "config": "Show and change settings.",
        "fsck": "Check every object of the store, and mend it.",
        "gc": "Delete what nothing refers to.",
        "completion": "Print the shell's completion script.",
    },
}

COMMANDS: dict[str, str] = {
    name: text for section in SECTIONS.values() for name, text in section.items()
}

CONTEXTS: dict[str, tuple[str, dict[str, str]]] = {
    "project": (
        "Commands on projects.",
        {
            name: name
            for name in (
                *("create", "import", "export", "filter", "merge", "transform", "info"),
                *("diff", "ediff"),
                *("commit", "checkout", "log", "status", "add", "remove", "stats", "validate"),
            )
        },
    ),
    "source": (
        "Commands on sources.",
        {"add": "add", "remove": "remove", "info": "source_info"},
    ),
}
"""Groups of commands, and what each of their commands is."""

OTHERS: dict[str, str] = {
    "compare": "Compare two datasets side by side, by their counts.",
    "ediff": "Compare the current dataset with another for equality.",
    "source_info": "Show the sources.",
    "dinfo": "Show what a dataset on disk holds.",
    "detect": "Recognise the format of a dataset.",
    "format_list": "List the formats.",
}
"""Commands that the help shows under another name or not at all, and their line."""

ALIASES: dict[str, str] = {
    "extract": "filter",
    "detect": "detect",
    "detect-format": "detect",
    "dinfo": "dinfo",
    "compare": "compare",
    "ediff": "ediff",
    "co": "checkout",
}
"""Other spellings, hidden from the help; a module of their own where the arguments differ."""
