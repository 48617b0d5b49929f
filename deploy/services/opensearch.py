"""OpenSearch: a real node out of the artifact that Maven Central has, started by a few lines of Java.

The launcher is compiled by the Eclipse compiler, so that a Java runtime without a compiler does.
"""

import hashlib
import shutil
import signal
from collections.abc import Mapping
from pathlib import Path

from deploy.services import tools
from deploy.services.minio import answers
from deploy.services.processes import Command, free_port

_SOURCES = Path(__file__).parent / "node"
_MEMORY = "-Xmx512m"


class OpenSearch:
    """One node, without the security plugin, which the filter of every query does not rest on."""

    name = "opensearch"
    stop_signal = signal.SIGTERM

    def install(self, folder: Path, say: tools.Say) -> None:
        """Get the libraries and compile the launcher; a half-done installation is done again from Maven's cache."""
        stamp = folder / "installed"
        if stamp.exists() and stamp.read_text() == _version():
            return
        say("Đang tải OpenSearch")
        libraries, classes = folder / "libraries", folder / "classes"
        for path in (libraries, classes):
            shutil.rmtree(path, ignore_errors=True)
        goal = ["dependency:copy-dependencies", f"-DoutputDirectory={libraries}"]
        tools.run([tools.maven(say), "--quiet", "--batch-mode", "--file", str(_SOURCES / "pom.xml"), *goal])
        compiler = ["org.eclipse.jdt.internal.compiler.batch.Main", f"-{tools.JAVA}", "-proc:none", "-d", str(classes)]
        java = str(tools.java(folder, say))
        tools.run([java, "-cp", f"{libraries}/*", *compiler, "-cp", _jars(libraries), str(_SOURCES / "Node.java")])
        stamp.write_text(_version())

    def settings(self, folder: Path, before: Mapping[str, str], say: tools.Say) -> dict[str, str]:
        """Where to listen."""
        port, transport = free_port(before.get("port")), free_port(before.get("transport_port"))
        java = str(tools.java(folder, say))
        return {"port": port, "transport_port": transport, "url": f"http://127.0.0.1:{port}", "java": java}

    def command(self, folder: Path, settings: Mapping[str, str]) -> Command:
        """How it is started."""
        temporary = folder / "tmp"
        temporary.mkdir(exist_ok=True)
        java = [settings["java"], _MEMORY, f"-Djava.io.tmpdir={temporary}"]
        classes = ["-cp", f"{folder}/classes:{folder}/libraries/*", "Node"]
        return Command([*java, *classes, str(folder / "data"), settings["port"], settings["transport_port"]])

    def is_ready(self, settings: Mapping[str, str]) -> bool:
        """Whether it has taken up its indices and answers."""
        return answers(f"{settings['url']}/_cluster/health?wait_for_status=yellow&timeout=4s")


def _jars(folder: Path) -> str:
    return ":".join(str(path) for path in sorted(folder.glob("*.jar")))


def _version() -> str:
    """Changes with what is installed and how it is started."""
    digest = hashlib.sha256()
    for path in sorted(_SOURCES.iterdir()):
        digest.update(path.read_bytes())
    return digest.hexdigest()
