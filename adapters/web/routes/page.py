"""The page: files out of ``adapters/web/static`` by their own names, and nothing else from the disk."""

from os import stat_result
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import PathLike, StaticFiles
from starlette.types import Scope

FOLDER = Path(__file__).parent.parent / "static"
VENDOR = "vendor"
FOREVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"


class Page(StaticFiles):
    """Serves ``index.html`` at ``/``; every file has an ETag, vendored ones never change under their name."""

    def __init__(self, folder: Path = FOLDER) -> None:
        super().__init__(directory=folder, html=True, check_dir=False)
        self._vendor = folder / VENDOR

    def get_path(self, scope: Scope) -> str:
        """Answer 404 to a path with dots in it, where the library would redirect to what is left of it."""
        if ".." in scope["path"].split("/"):
            raise HTTPException(404)
        return super().get_path(scope)

    def file_response(
        self, full_path: PathLike, stat_result: stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """Say how long a browser may keep the file."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        vendored = self._vendor in Path(full_path).parents
        response.headers["Cache-Control"] = FOREVER if vendored else ASK_AGAIN
        return response
