"""The command line: `./baken …`."""

from __future__ import annotations

import asyncio
import getpass
import os
import subprocess
import sys
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.operation.environments import RASA_PYTHON, OperationError, child_environment, sync_rasa_environment
from bot.settings import ROOT, Settings, SettingsError

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    help="Baken guides people who may be victims of human trafficking in Brussels to help.",
)
counsellor = typer.Typer(no_args_is_help=True, help="The people who answer at the desk.")
app.add_typer(counsellor, name="counsellor")
facts = typer.Typer(no_args_is_help=True, help="What Baken knows, and who has confirmed it.")
app.add_typer(facts, name="facts")
services = typer.Typer(
    no_args_is_help=True, help="Services to and from other directories, in HSDS 3.1 (Open Referral)."
)
app.add_typer(services, name="services")

StaleAfter = Annotated[
    int | None,
    typer.Option("--stale", min=1, help="Age in days from which a fact is stale (BAKEN_STALE_AFTER_DAYS)."),
]
DataFolder = Annotated[Path | None, typer.Option("--data", help="Folder of database and keys (BAKEN_DATA).")]


@app.command()
def up(
    host: Annotated[str | None, typer.Option(help="Address to listen on (BAKEN_HOST).")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on (BAKEN_PORT).")] = None,
    data: DataFolder = None,
) -> None:
    """Run everything: installs and trains what is missing, prints `ready http://…`, stops on Ctrl-C."""
    from bot.operation.up import up as run

    settings = _settings(data)
    run(replace(settings, host=host or settings.host, port=port or settings.port))


@app.command()
def train(
    force: Annotated[bool, typer.Option(help="Train even when nothing changed.")] = False,
) -> None:
    """Train the model of the present sentences, rules and settings, when there is none yet."""
    from bot.operation.training import ensure_model

    sync_rasa_environment()
    print(ensure_model(_settings(None), force=force).relative_to(ROOT))


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def test(context: typer.Context) -> None:
    """Run all tests and checks of the code; further words go to pytest and leave the checks out."""
    from bot.operation.testing import run_all

    raise typer.Exit(run_all(_settings(None), context.args))


@app.command()
def check(stale: StaleAfter = None) -> None:
    """Check knowledge, answers, catalogues, training data and domain; each fault with file and line."""
    from bot.operation.checking import faults

    found = faults(today=_today(), stale_after_days=stale or _settings(None).stale_after_days)
    for fault in found:
        print(fault)
    errors = sum(fault.severity == "error" for fault in found)
    print(f"{errors} errors, {len(found) - errors} warnings")
    raise typer.Exit(1 if errors else 0)


@app.command()
def evaluate(
    file: Annotated[
        Path, typer.Argument(exists=True, help="Lines of JSON (text, lang, intent, also), or a folder like tests/nlu.")
    ],
    json: Annotated[Path | None, typer.Option("--json", help="Write all figures here.")] = None,
    predictions: Annotated[Path | None, typer.Option(help="Write one line of JSON for each input here.")] = None,
) -> None:
    """Measure the trained model: accuracy per language, urgent recall, false alarms, language, latency."""
    from bot.operation.training import ensure_model

    settings = _settings(None)
    sync_rasa_environment()
    model = ensure_model(settings)
    command = [str(RASA_PYTHON), "-m", "bot.rasa.evaluate", str(model), str(file.resolve())]
    if json:
        command += ["--json", str(json.resolve())]
    if predictions:
        command += ["--predictions", str(predictions.resolve())]
    done = subprocess.run(command, cwd=ROOT, env=child_environment(settings), check=False)
    raise typer.Exit(done.returncode)


@app.command()
def erase(
    conversation: Annotated[str, typer.Argument(help="Id of the conversation.")],
    data: DataFolder = None,
) -> None:
    """Erase one conversation everywhere: its key, its messages, what Rasa knows, its chat on Telegram."""
    from bot.operation.administration import erase_conversation

    erased = asyncio.run(erase_conversation(_settings(data), conversation))
    print("erased" if erased else "there is no such conversation")
    raise typer.Exit(0 if erased else 1)


@app.command()
def translations() -> None:
    """Collect the texts that people see into locale/baken.pot and bring every language's catalogue up to date."""
    from bot.operation.catalogues import update

    update()


@facts.command("to-confirm")
def to_confirm(
    out: Annotated[Path | None, typer.Option(help="Write the page here, docs/to-confirm.md for example.")] = None,
    stale: StaleAfter = None,
) -> None:
    """List what to ask, and whom, before people rely on it: what nobody confirmed, what is stale or uncertain."""
    from bot.knowledge.load import KnowledgeError
    from bot.operation.to_confirm import page, write

    try:
        text = page(today=_today(), stale_after_days=stale or _settings(None).stale_after_days)
    except KnowledgeError as error:
        raise OperationError(f"The list cannot be made before these are mended:\n{error}") from error
    if out is None:
        print(text, end="")
    else:
        write(out, text)


@app.command()
def qr(
    lang: Annotated[str | None, typer.Option(help="Code of the language, such as ro.")] = None,
    place: Annotated[
        str | None, typer.Option(help="Where the sheet will lie: a place of knowledge/sheets.yml.")
    ] = None,
    url: Annotated[str | None, typer.Option(help="Public https address of the page with the widget.")] = None,
    bot: Annotated[str | None, typer.Option(help="Name of the bot on Telegram.")] = None,
    out: Annotated[Path | None, typer.Option(help="File of the sheet; with --all the folder of all sheets.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="Every language and place that is not named otherwise.")] = False,
) -> None:
    """Make printable A6 sheets with a code that opens the conversation in a language (docs/sheets.md)."""
    from bot.knowledge.load import KnowledgeError
    from bot.operation.sheets import Doors, make

    try:
        doors = Doors.of(page=url, bot=bot)
        made, remarks = make(doors, language=lang, place=place, every=all_, out=out)
    except KnowledgeError as error:
        raise OperationError(str(error)) from error
    for path in made:
        print(path)
    for remark in remarks:
        print(remark, file=sys.stderr)


@counsellor.command("add")
def add_counsellor(
    name: Annotated[str, typer.Argument(help="Shown to people when this counsellor joins: a first name is enough.")],
    data: DataFolder = None,
) -> None:
    """Make an account for somebody who answers at the desk; asks for the password."""
    from bot.desk.accounts import BadName, NameTaken, WeakPassword
    from bot.operation.administration import add_counsellor as add

    if sys.stdin.isatty():
        password = getpass.getpass("Password (12 characters or more): ")
        if password != getpass.getpass("Again: "):
            raise OperationError("The two passwords differ.")
    else:
        password = sys.stdin.readline().rstrip("\n")
    try:
        asyncio.run(add(_settings(data), name, password))
    except (NameTaken, WeakPassword, BadName) as error:
        raise OperationError(str(error)) from error
    print(f"{name} can sign in at /console")


@services.command("export")
def export_services(
    out: Annotated[Path | None, typer.Option(help="A file, or a folder for one file a service as well.")] = None,
) -> None:
    """Write every service that people are shown; without --out to standard output."""
    from bot.operation.exchange import export_services as export

    export(ROOT / "knowledge", out)


@services.command("import")
def import_services(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Services in HSDS, as JSON.")],
) -> None:
    """Write what is new or changed as drafts that nobody is shown, and say what became of each entry."""
    from bot.operation.exchange import import_services as import_

    whole = import_(ROOT / "knowledge", file, _today())
    raise typer.Exit(0 if whole else 1)


def _today() -> date:
    from bot.knowledge.hours import BRUSSELS

    return datetime.now(BRUSSELS).date()


def _settings(data: Path | None) -> Settings:
    if data is not None:
        os.environ["BAKEN_DATA"] = str(data.resolve())
    return Settings.from_environment()


def main() -> None:
    """Run a command; what an operator has to change is one sentence on standard error, and exit status 1."""
    try:
        app(standalone_mode=True)
    except (OperationError, SettingsError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
