"""Object store: names and bytes in an S3 bucket or in a folder, by the same calls of obstore. Objects can be created only once."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final, Self
from urllib.parse import urlsplit

from panan_spider.archive.store.files import StoreError
from panan_spider.fleet.fleet_database import FleetError

#: How long one request may take, an object of 32 MiB on a slow line included.
_TIMEOUT: Final = "120s"


class ObjectStore:
    """The store at one address. Methods raise StoreError where it cannot be reached, or has not what it should have.

    S3: key, region and endpoint come from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, AWS_ENDPOINT_URL.
    """

    def __init__(self, address: str, store: Any) -> None:
        """Use `ObjectStore.at`."""
        self._address, self._store = address, store

    @classmethod
    def at(cls, address: str) -> Self:
        """`s3://bucket/prefix`, or `file:///folder`, which is made. Raises FleetError for any other address."""
        try:
            from obstore.store import LocalStore, S3Store
        except ImportError as error:
            raise FleetError("obstore is not installed: pip install 'panan_spider[fleet]'") from error
        parts = urlsplit(address)
        try:
            if parts.scheme == "file" and parts.path and not parts.netloc:
                return cls(address, LocalStore(parts.path, mkdir=True))
            if parts.scheme == "s3" and parts.netloc:
                # A server of one's own may speak http; AWS's own endpoints are https whatever this says.
                options: Any = {"allow_http": True, "timeout": _TIMEOUT}
                prefix = parts.path.strip("/") or None
                return cls(address, S3Store(parts.netloc, prefix=prefix, client_options=options))
        except Exception as error:  # obstore's own, of several kinds
            raise FleetError(f"PANAN_STORE: {address}: {_line(error)}") from error
        raise FleetError(f"PANAN_STORE: {address!r} is neither s3://bucket/prefix nor file:///folder")

    @contextmanager
    def _naming(self, name: str) -> Iterator[None]:
        try:
            yield
        except StoreError:
            raise
        except Exception as error:  # obstore's own, of several kinds
            raise StoreError(f"{self._address}: {name}: {_line(error)}") from error

    def create(self, name: str, data: bytes) -> bool:
        """Store an object that must not be there yet; False where it is, whoever made it."""
        import obstore
        from obstore.exceptions import AlreadyExistsError

        with self._naming(name):
            try:
                obstore.put(self._store, name, data, mode="create")
            except AlreadyExistsError:
                return False
        return True

    def put(self, name: str, data: bytes) -> None:
        """Store an object, or the same one again."""
        import obstore

        with self._naming(name):
            obstore.put(self._store, name, data)

    def get(self, name: str) -> bytes:
        """The bytes of an object."""
        import obstore

        with self._naming(name):
            found: Any = obstore.get(self._store, name).bytes()
            return bytes(found)

    def names(self, prefix: str, after: str | None = None) -> dict[str, int]:
        """The objects whose names begin with `prefix/`, with their sizes; with `after` those whose names are greater."""
        import obstore

        found: dict[str, int] = {}
        with self._naming(prefix):
            for batch in obstore.list(self._store, prefix, offset=after):
                found |= {str(meta["path"]): int(meta["size"]) for meta in batch}
        return found

    def delete(self, names: Iterable[str]) -> None:
        """Delete objects; those that are not there are passed over."""
        import obstore

        for name in names:
            with self._naming(name):
                try:
                    obstore.delete(self._store, name)
                except FileNotFoundError:
                    continue


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__
