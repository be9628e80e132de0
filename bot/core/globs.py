"""Globs of the policy file: which changed files concern a service, and which tag is a build's version.

A glob is compared with a whole path from the top of the repository, case for case, part by part between slashes:

- `*` is any run of characters within one part, `?` is any one character within it; nothing else is special there.
- `**` as a whole part is any number of parts, none too: `**/test.py` is `test.py` in any folder, or at the top.
- A glob that names a folder names everything in it: `docs`, `docs/` and `docs/**` mean the same for what is in `docs`.
- A leading `/` changes nothing. A leading `!` takes out again what globs before it have taken in.
"""

from collections.abc import Callable, Iterable, Sequence


def concerns(globs: Sequence[str], changed_files: Iterable[str]) -> bool:
    """Whether a commit concerns a service.

    Args:
        globs: what the service says of itself. For each file the last glob that fits it decides. Without any, every
            commit concerns it; where the first one begins with `!`, everything does that is not taken out.
        changed_files: paths as git has them. A commit that changes no file concerns every service: somebody wanted
            the pipelines to run.
    """
    files = tuple(changed_files)
    return not globs or not files or any(_taken_in(globs, file) for file in files)


def _taken_in(globs: Sequence[str], file: str) -> bool:
    taken = globs[0].startswith("!")
    for glob in globs:
        if fits(glob.removeprefix("!"), file):
            taken = not glob.startswith("!")
    return taken


def fits(glob: str, path: str) -> bool:
    """Whether a path, or a folder that it lies in, is what a glob names."""
    parts = _parts(glob)
    return bool(parts) and _match((*parts, "**"), path.split("/"), "**", _part_fits)


def fits_whole(glob: str, name: str) -> bool:
    """Whether a name, such as a tag's, is just what a glob names."""
    return _match(_parts(glob), name.split("/"), "**", _part_fits)


def _parts(glob: str) -> tuple[str, ...]:
    return tuple(part for part in glob.split("/") if part)


def _part_fits(glob: str, part: str) -> bool:
    return _match(glob, part, "*", lambda wanted, found: wanted in {"?", found})


def _match(glob: Sequence[str], text: Sequence[str], many: str, fit: Callable[[str, str], bool]) -> bool:
    """Match greedily, going back to the last `many` only: the time is bounded by the product of both lengths."""
    at = here = 0
    star, resume = -1, 0
    while here < len(text):
        if at < len(glob) and glob[at] == many:
            star, resume = at, here
            at += 1
        elif at < len(glob) and fit(glob[at], text[here]):
            at += 1
            here += 1
        elif star >= 0:
            at, resume = star + 1, resume + 1
            here = resume
        else:
            return False
    return all(one == many for one in glob[at:])
