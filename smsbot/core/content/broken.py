"""The one error of what staff write in files: it names the file, the key and what is wrong with it."""


class Broken(ValueError):
    """A content, clinic, catalog or vocabulary file that cannot be used."""

    def __init__(self, file: str, key: str, why: str) -> None:
        super().__init__(f"{file}: {key}: {why}")
        self.file, self.key, self.why = file, key, why
