"""Runs commands of the gcloud that is installed, one after the other in one process: gcloud takes a second to start.

A line of file descriptor 4 is the arguments of one command, in JSON. The answer is one line of file descriptor 3, in JSON:
the exit code of the command, and what it printed.
"""
import json
import os
import sys
import tempfile

root = sys.argv[1]
sys.path[:0] = [f'{root}/lib', f'{root}/lib/third_party']

from googlecloudsdk import gcloud_main  # noqa: E402


def printed(stream, file):
    """Returns what was printed since the last call. `file` is what the file descriptor of `stream` writes to."""
    stream.flush()
    file.seek(0)
    text = file.read().decode()
    file.seek(0)
    file.truncate()
    return text


out, err = tempfile.TemporaryFile(), tempfile.TemporaryFile()
os.dup2(out.fileno(), 1)
os.dup2(err.fileno(), 2)
cli = gcloud_main.CreateCLI([])
answers = os.fdopen(3, 'w')
for line in os.fdopen(4):
    code = 0
    try:
        cli.Execute(json.loads(line))
    except SystemExit as end:
        code = end.code or 0
    except Exception as error:  # gcloud's own main prints these and ends with 1.
        print(f'ERROR: {error}', file=sys.stderr)
        code = 1
    answer = {'code': code, 'stdout': printed(sys.stdout, out), 'stderr': printed(sys.stderr, err)}
    print(json.dumps(answer), file=answers, flush=True)
