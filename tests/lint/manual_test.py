#!/usr/bin/env python3
"""manual_test.py CALLQA MAN BASH ZSH - the manual and the completions know every command and option of --help."""
import re
import shutil
import subprocess
import sys


def run(*argv):
    return subprocess.run(argv, capture_output=True, text=True, check=False)


def main():
    callqa, man_path, bash_path, zsh_path = sys.argv[1:]
    with open(man_path, encoding='utf-8') as f:
        man = f.read().replace('\\-', '-').replace('\\e', '\\')
    with open(bash_path, encoding='utf-8') as f:
        bash = f.read()
    with open(zsh_path, encoding='utf-8') as f:
        zsh = f.read()
    wrong = []
    overview = run(callqa, '--help').stdout
    section = overview.split('Commands:')[1].split('Options:')[0]
    commands = re.findall(r'^  ([a-z]+)', section, re.M)
    if 'help' not in commands:
        wrong.append(f'--help lists no commands: {commands}')
    for command in commands:
        done = run(callqa, command, '--help')
        options = re.findall(r'^  (?:-\w, |    )?(--[a-z0-9-]+)', done.stdout, re.M)
        if done.returncode or '--help' not in options:
            wrong.append(f'{command} --help: exit {done.returncode}, options {options}')
        if run(callqa, 'help', command).stdout != done.stdout:
            wrong.append(f'help {command} differs from {command} --help')
        if f'.SS callqa {command}' not in man:
            wrong.append(f'callqa(1) has no {command}')
        if f'\n    {command})' not in bash or f'\n        {command})' not in zsh:
            wrong.append(f'a completion has no {command}')
        for option in set(options) - {'--help'}:
            for where, text in (('callqa(1)', man), ('bash completion', bash), ('zsh completion', zsh)):
                if option not in text:
                    wrong.append(f'{where} has no {option} ({command})')
    for shell, path in (('bash', bash_path), ('zsh', zsh_path)):
        if shutil.which(shell):
            done = run(shell, '-n', path)
            if done.returncode:
                wrong.append(f'{path}: {done.stderr}')
    if shutil.which('man'):
        done = run('man', '--warnings', '-E', 'UTF-8', '-l', '-Tutf8', '-Z', man_path)
        if done.returncode or done.stderr:
            wrong.append(f'callqa(1): {done.stderr}')
    for text in wrong:
        print(text)
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
