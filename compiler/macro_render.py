"""From a macro's file to SQL text, by Jinja in a sandbox.

Templates never see a value of a spec: they get identifiers (`mark`) that stand for it, and words
that the compiler made itself, such as the name of a type.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import jinja2
from jinja2 import nodes
from jinja2.runtime import Context
from jinja2.sandbox import SandboxedEnvironment

from seeknal.compiler.findings import CompileFailed, Place
from seeknal.compiler.macro_body import COLUMN, Rendered, Source, mark
from seeknal.compiler.macro_header import VARIABLES, body_line, broken


class _Loader(jinja2.BaseLoader):
    """Finds `<name>.sql` among the files of one dialect, for rendering and for `include`."""

    def __init__(self, files: Mapping[str, Source]) -> None:
        self.files = files

    def get_source(self, environment: jinja2.Environment, template: str) -> tuple[str, str, None]:
        source = self.files.get(template.removesuffix(".sql"))
        if source is None:
            raise jinja2.TemplateNotFound(template)
        return source.text, source.label, None


@jinja2.pass_context
def _column(context: Context, sql: str, name: str) -> str:
    """The filter `column`: keep `sql` as a column to prepare, and stand for it in the body."""
    context["prepared_columns"].append((name, sql.strip()))
    return mark(COLUMN + name)


class Renderer:
    """Renders the macro files of one dialect; a file may include others of the same dialect."""

    def __init__(self, files: Mapping[str, Source]) -> None:
        """Compile nothing yet: a file is compiled when first rendered."""
        self._files = files
        self._environment = SandboxedEnvironment(
            undefined=jinja2.StrictUndefined, loader=_Loader(files), autoescape=False
        )
        self._environment.filters["column"] = _column
        self._checked: set[str] = set()

    def render(
        self, name: str, parameters: Sequence[str], variables: Mapping[str, object]
    ) -> Rendered:
        """Render file `name`, whose header declares `parameters`, with `variables`."""
        source = self._files[name]
        prepared: list[tuple[str, str]] = []
        try:
            self._check_names(name, parameters)
            template = self._environment.get_template(f"{name}.sql")
            sql = template.render({**variables, "prepared_columns": prepared}).strip()
        except jinja2.TemplateSyntaxError as error:
            place = Place(error.filename or source.label, error.lineno)
            raise broken(place, f"{error.message}", "see the Jinja template reference") from error
        except jinja2.TemplateNotFound as error:
            place = self._place(error, source)
            help = "a macro may include files of its own folder, by name: {% include 'sum.sql' %}"
            raise broken(place, f"there is no file `{error.name}`", help) from error
        except jinja2.UndefinedError as error:
            help = "guard it by {% if … is defined %}, or say in the header what the macro needs"
            raise broken(self._place(error, source), f"{error.message}", help) from error
        except (jinja2.TemplateError, TypeError, ValueError, ArithmeticError) as error:
            help = "a body may use variables, filters, `if`, `for` and `set`"
            raise broken(self._place(error, source), f"{error}", help) from error
        return Rendered(sql, tuple(prepared))

    def _place(self, error: BaseException, source: Source) -> Place:
        """The line of a template that raised `error`."""
        labels = {file.label for file in self._files.values()}
        place, step = Place(source.label, body_line(source.text)), error.__traceback__
        while step is not None:
            if step.tb_frame.f_code.co_filename in labels:
                place = Place(step.tb_frame.f_code.co_filename, step.tb_lineno)
            step = step.tb_next
        return place

    def _check_names(self, name: str, parameters: Sequence[str]) -> None:
        """Refuse names that nothing defines, in branches that are not rendered too."""
        if name in self._checked:
            return
        source = self._files[name]
        tree = self._environment.parse(source.text, name, source.label)
        names = list(tree.find_all(nodes.Name))
        known = {*VARIABLES, *parameters, *(node.name for node in names if node.ctx == "store")}
        for node in names:
            if node.ctx == "load" and node.name not in known:
                raise self._unknown(node, source, parameters)
        self._checked.add(name)

    def _unknown(
        self, node: nodes.Name, source: Source, parameters: Sequence[str]
    ) -> CompileFailed:
        help = "a body may use: " + ", ".join((*VARIABLES, *parameters))
        return broken(Place(source.label, node.lineno), f"`{node.name}` is not a variable", help)
