"""Runs commands of the gcloud that is installed, one after the other in one process: gcloud takes a second to start.

A line of file descriptor 4 is the arguments of one command, in JSON. The answer is its exit code, on a line of file
descriptor 3. What gcloud prints goes where it always goes.
"""
import json
import os
import sys

root = sys.argv[1]
sys.path[:0] = [f'{root}/lib', f'{root}/lib/third_party']

from googlecloudsdk import gcloud_main  # noqa: E402

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
    sys.stdout.flush()
    sys.stderr.flush()
    print(code, file=answers, flush=True)
