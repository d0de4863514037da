"""What of an analysis is compared with a golden file, and how: written down once for the test and the tool."""
import json
import os
import subprocess

PLACES = 3  # a millisecond; measures likewise


def rounded(value):
    if isinstance(value, float):
        value = round(value, PLACES)
        return int(value) if value == int(value) else value
    if isinstance(value, list):
        return [rounded(v) for v in value]
    if isinstance(value, dict):
        return {k: rounded(v) for k, v in value.items()}
    return value


def comparable(analysis):
    """Everything but what depends on the machine, the release or the place of the file."""
    kept = {k: v for k, v in analysis.items()
            if k not in ('program', 'program_version', 'version', 'config', 'detector', 'health')}
    recording = {k: v for k, v in kept.get('recording', {}).items() if k not in ('health',)}
    recording['path'] = os.path.basename(recording['path'])
    kept['recording'] = recording
    return rounded(kept)


def analyze(callqa, samples):
    """{name: comparable analysis} of every sample."""
    files = sorted(os.path.join(samples, n) for n in os.listdir(samples) if n.endswith(('.flac', '.opus')))
    env = {k: v for k, v in os.environ.items() if not k.startswith('CALLQA_')}
    done = subprocess.run([callqa, 'analyze', '--json', *files], capture_output=True, text=True, check=False, env=env)
    if done.returncode:
        raise SystemExit(f'callqa analyze: exit {done.returncode}\n{done.stderr}')
    found = {}
    for path, line in zip(files, done.stdout.splitlines(), strict=True):
        found[os.path.splitext(os.path.basename(path))[0]] = comparable(json.loads(line))
    return found


def text_of(analysis):
    """One entry of a list a line, so that differences read well."""
    def lines(value, indent):
        pad = ' ' * indent
        if isinstance(value, dict) and value and any(isinstance(v, (dict, list)) for v in value.values()):
            inner = ',\n'.join(f'{pad} {json.dumps(k)}: {lines(v, indent + 1)}' for k, v in value.items())
            return '{\n' + inner + '\n' + pad + '}'
        if isinstance(value, list) and value and isinstance(value[0], (dict, list)):
            return '[\n' + ',\n'.join(f'{pad} {lines(v, indent + 1)}' for v in value) + '\n' + pad + ']'
        return json.dumps(value, ensure_ascii=False)
    return lines(analysis, 0) + '\n'
