#!/usr/bin/env python3
"""scenario_test.py CALLQA - what happens to files in a watched folder, one case after the other: unfinished headers, side-cars
before and after, legs, copies, changes, junk, lost folders, hooks, figures, reload, retention."""
import http.server
import json
import os
import random
import resource
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from fault_test import wav  # noqa: E402

CALLQA = sys.argv[1]
LIMIT_S = 60


class Service:
    """A folder, a configuration and a running callqa watch."""

    def __init__(self, name, source=None, watch=None, extra=None):
        self.root = tempfile.mkdtemp(prefix=f'callqa-{name}-')
        self.folder = os.path.join(self.root, 'in')
        os.makedirs(self.folder)
        self.db_path = os.path.join(self.root, 'calls.db')
        self.config = os.path.join(self.root, 'callqa.json')
        self.rng = random.Random(7)
        self.source = dict({'name': 'test', 'folder': self.folder, 'time_zone': 'Asia/Shanghai'}, **(source or {}))
        self.watch = dict({'settle_s': 0.2, 'truncated_after_s': 1.5, 'retry_min_s': 0.2, 'retry_max_s': 0.5, 'rescan_s': 1,
                           'poll_s': 0.3, 'workers': 2}, **(watch or {}))
        self.extra = extra or {}
        self.write_config()
        self.process = None

    def write_config(self):
        with open(self.config, 'w', encoding='utf-8') as f:
            json.dump(dict(self.extra, watch=self.watch, sources=[self.source]), f)

    def start(self):
        self.log = open(os.path.join(self.root, 'log'), 'ab')
        self.process = subprocess.Popen([CALLQA, 'watch', '--config', self.config, '--db', self.db_path], stderr=self.log,
                                        env=dict(os.environ, LANG='C.UTF-8'), restore_signals=False)
        return self

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(60)
        self.log.close()
        assert code in (0, -signal.SIGTERM), f'ended with {code}: {self.log_text()}'

    def log_text(self):
        with open(os.path.join(self.root, 'log'), encoding='utf-8', errors='replace') as f:
            return f.read()

    def path(self, name):
        return os.path.join(self.folder, name)

    def drop(self, name, content):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), 'wb') as f:
            f.write(content if isinstance(content, bytes) else content.encode())
        return self.path(name)

    def call(self, seconds=1.0):
        return wav(self.rng, int(seconds * 8000))

    def rows(self, sql, *args):
        try:
            db = sqlite3.connect(f'file:{self.db_path}?mode=ro', uri=True, timeout=10)
            try:
                return db.execute(sql, args).fetchall()
            finally:
                db.close()
        except sqlite3.OperationalError:
            return []

    def state(self, name):
        found = self.rows('SELECT state, reason, call_id FROM jobs WHERE path = ?', self.path(name))
        return found[0] if found else (None, None, None)

    def wait(self, what, why=''):
        until = time.monotonic() + LIMIT_S
        while time.monotonic() < until:
            if what():
                return
            if self.process and self.process.poll() is not None:
                break
            time.sleep(0.05)
        jobs = '\n'.join(str(r) for r in self.rows('SELECT path, state, reason, due_ms, todo FROM jobs'))
        raise AssertionError(f'waited in vain {why}\n{jobs}\n{self.log_text()[-3000:]}')

    def wait_state(self, name, state):
        self.wait(lambda: self.state(name)[0] == state, f'for {name} to be {state}')

    def cli(self, *args, code=0):
        done = subprocess.run([CALLQA, *args, '--db', self.db_path], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env=dict(os.environ, LANG='C.UTF-8', CALLQA_USER='tester'), check=False)
        assert done.returncode == code, f'{args}: {done.returncode} {done.stderr.decode()}'
        return done.stdout.decode()

    def close(self):
        shutil.rmtree(self.root)


SEEN, SETTLING, QUEUED, RUNNING, DONE, FAILED, QUARANTINED, IGNORED, GONE, PAIRED = range(10)


def equal(a, b):
    assert a == b, f'{a!r} is not {b!r}'


def test_names_copies_and_junk():
    s = Service('names').start()
    a = s.call()
    s.drop('out-13800138000-1001-20240115-143022-1705300222.1.wav', a)
    s.drop('nobody knows.wav', s.call())
    s.drop('copy.wav', a)
    s.drop('junk.wav', 'this is no recording' * 100)
    s.drop('notes.txt', 'hello')
    s.drop('new.wav.part', s.call())
    for name in ('out-13800138000-1001-20240115-143022-1705300222.1.wav', 'nobody knows.wav', 'copy.wav'):
        s.wait_state(name, DONE)
    s.wait_state('junk.wav', QUARANTINED)
    s.wait_state('notes.txt', IGNORED)
    equal(s.rows('SELECT count(*) FROM calls'), [(2,)])
    first = s.state('copy.wav')[2]
    equal(s.state('out-13800138000-1001-20240115-143022-1705300222.1.wav')[2], first)
    equal(s.rows('SELECT count(*) FROM call_paths WHERE call_id = ?', first), [(2,)])
    unknown = s.state('nobody knows.wav')[2]
    equal(s.rows('SELECT started_at, started_s FROM calls WHERE id = ?', unknown), [(None, None)])
    equal(s.rows("SELECT count(*) FROM jobs WHERE path LIKE '%.part'"), [(0,)])
    assert 'still being written' in s.cli('jobs', 'why', s.path('new.wav.part'), '--config', s.config, code=1)
    assert 'neither name nor side-car' in s.cli('jobs', 'show', s.path('nobody knows.wav'))
    assert 'junk.wav' in s.cli('jobs', '--quarantined')
    os.rename(s.path('new.wav.part'), s.path('new.wav'))
    s.wait_state('new.wav', DONE)
    # the same name with another content is another call
    s.drop('copy.wav', s.call())
    s.wait(lambda: s.rows('SELECT 1 FROM jobs WHERE path = ? AND state = 4 AND call_id <> ?', s.path('copy.wav'), first))
    equal(s.rows('SELECT count(*) FROM calls'), [(4,)])
    # junk that becomes a recording
    s.drop('junk.wav', s.call())
    s.wait_state('junk.wav', DONE)
    s.stop()
    assert 'sound' in s.cli('db', 'check')
    s.close()


def test_unfinished_header():
    s = Service('unfinished').start()
    whole = s.call(2)
    empty_header = whole[:40] + b'\0\0\0\0' + whole[44:]
    s.drop('crashed.wav', empty_header)
    s.drop('cut.wav', s.call(2)[:20000])
    s.drop('empty.wav', b'')
    growing = s.call(2)
    s.drop('growing.wav', growing[:16000])
    s.wait_state('growing.wav', SETTLING)
    time.sleep(1)
    equal(s.state('growing.wav')[0], SETTLING)
    s.drop('growing.wav', growing)
    for name in ('crashed.wav', 'cut.wav', 'growing.wav'):
        s.wait_state(name, DONE)
    s.wait_state('empty.wav', QUARANTINED)
    truncated = dict(s.rows('SELECT j.path, r.truncated FROM jobs j JOIN recordings r ON r.call_id = j.call_id'))
    equal(truncated, {s.path('crashed.wav'): 1, s.path('cut.wav'): 1, s.path('growing.wav'): 0})
    s.stop()
    s.close()


def test_side_cars():
    s = Service('sidecars', source={'layout': 'caller-left'}).start()
    s.drop('before.json', json.dumps({'agent': 'A1', 'ticket': 'T-1', 'csat': 4, 'direction': 'inbound'}))
    s.wait_state('before.json', DONE)
    s.drop('before.wav', s.call())
    s.drop('after.wav', s.call())
    s.drop('listed.wav', s.call())
    for name in ('before.wav', 'after.wav', 'listed.wav'):
        s.wait_state(name, DONE)
    equal(s.rows('SELECT layout FROM jobs WHERE path = ?', s.path('before.wav')), [('agent-right',)])
    s.drop('after.json', json.dumps({'agent': 'A2', 'direction': 'outbound', 'start': '2024-01-15T14:30:00', 'promise': 'call back'}))
    s.drop('calls.csv', 'file,agent,reason\nlisted.wav,A3,billing\nlater.wav,A4,moving\nafter,A9,x\n')

    def agent(name):
        found = s.rows('SELECT c.agent FROM jobs j JOIN calls c ON c.id = j.call_id WHERE j.path = ?', s.path(name))
        return found[0][0] if found else None

    s.wait(lambda: agent('after.wav') == 'A2' and agent('listed.wav') == 'A3', 'for the late side-cars')
    equal(agent('before.wav'), 'A1')
    s.drop('later.wav', s.call())
    s.wait(lambda: agent('later.wav') == 'A4')
    call = s.state('after.wav')[2]
    equal(s.rows('SELECT started_at FROM calls WHERE id = ?', call), [('2024-01-15T14:30:00+08:00',)])
    s.wait(lambda: s.rows('SELECT layout FROM jobs WHERE path = ?', s.path('after.wav')) == [('agent-left',)])
    equal(s.rows('SELECT external_id, agent, promise, reason FROM records WHERE call_id = ?', call),
          [('after.wav', 'A2', 'call back', 'x')])
    # what is known of the contact is shown, found, audited, and an import stands against the side-car
    equal(json.loads(s.cli('show', str(call), '--json'))['record']['promise'], 'call back')
    shown = s.cli('show', s.path('before.wav'))
    assert 'Record' in shown and 'T-1' in shown and '4 of 5' in shown and 'before.json' in shown, shown
    found = s.cli('query', '--where', 'record.csat >= 4 and record.ticket = "T-1"', '--columns', 'record.priority,record.csat')
    assert 'A1' in found and len(found.splitlines()) >= 2, found
    tickets = os.path.join(s.root, 'tickets.csv')
    with open(tickets, 'w', encoding='utf-8') as f:
        f.write('external_id,csat\nbefore.wav,2\n')
    s.cli('records', 'import', tickets)
    s.drop('before.json', json.dumps({'agent': 'A1', 'ticket': 'T-2', 'csat': 5, 'direction': 'inbound'}))
    s.wait(lambda: s.rows("SELECT csat FROM records WHERE ticket = 'T-2'") == [(2,)], 'for the import to stand')
    assert s.cli('audit', '--action', 'records').count('records.sidecar') >= 3
    s.drop('bad.csv', 'agent,csat\nA5,excellent\n')
    s.wait_state('bad.csv', QUARANTINED)
    assert 'line 2' in s.state('bad.csv')[1]
    equal(s.rows('SELECT count(*) FROM calls'), [(4,)])
    s.stop()
    s.close()


def mono(stereo, channel):
    body = stereo[44:]
    data = b''.join(body[i + 2 * channel:i + 2 * channel + 2] for i in range(0, len(body), 4))
    head = bytearray(stereo[:44])
    head[4:8] = (36 + len(data)).to_bytes(4, 'little')
    head[22:24] = (1).to_bytes(2, 'little')
    head[28:32] = (16000).to_bytes(4, 'little')
    head[32:34] = (2).to_bytes(2, 'little')
    head[40:44] = len(data).to_bytes(4, 'little')
    return bytes(head) + data


def test_pairs():
    s = Service('pairs', source={'pair': {'agent': '-out', 'customer': '-in', 'wait_s': 2}}).start()
    one, two, three = s.call(), s.call(), s.call()
    s.drop('1705300222.1-in.wav', mono(one, 1))
    s.wait_state('1705300222.1-in.wav', PAIRED)
    s.drop('1705300222.1-out.wav', mono(one, 0))
    s.drop('1705300223.2-out.wav', mono(two, 0))
    for name in ('1705300222.1-in.wav', '1705300222.1-out.wav'):
        s.wait_state(name, DONE)
    pair = s.state('1705300222.1-in.wav')[2]
    equal(s.state('1705300222.1-out.wav')[2], pair)
    equal(s.rows('SELECT channels FROM recordings WHERE call_id = ?', pair), [(2,)])
    equal(s.rows('SELECT count(*) FROM call_paths WHERE call_id = ?', pair), [(3,)])
    # the joined recording is what a telephone system with two channels would have written
    joined = s.rows('SELECT path FROM call_paths WHERE call_id = ? AND analysed = 1', pair)[0][0]
    with open(joined, 'rb') as f:
        data = f.read()
    at = data.index(b'data') + 8
    body = one[44:]
    equal(data[at:at + len(body)], body)
    equal(set(data[at + len(body):]) <= {0}, True)
    # a leg that never comes: analysed alone and marked; then it comes after all
    s.wait_state('1705300223.2-out.wav', DONE)
    equal(s.rows('SELECT alone FROM jobs WHERE path = ?', s.path('1705300223.2-out.wav')), [(1,)])
    alone = s.state('1705300223.2-out.wav')[2]
    s.drop('1705300223.2-in.wav', mono(two, 1))
    s.wait_state('1705300223.2-in.wav', DONE)
    s.wait_state('1705300223.2-out.wav', DONE)
    equal(s.rows('SELECT count(*) FROM calls WHERE id = ?', alone), [(0,)])
    equal(s.rows('SELECT count(*) FROM calls'), [(2,)])
    s.drop('plain.wav', three)
    s.wait_state('plain.wav', DONE)
    s.stop()
    assert 'sound' in s.cli('db', 'check')
    s.close()


def test_after_and_commands():
    s = Service('after', source={'after': 'move', 'done_folder': 'fertig'}).start()
    a = s.call()
    s.drop('x/a.wav', a)
    moved = s.path('fertig/x/a.wav')
    s.wait(lambda: os.path.exists(moved) and s.rows('SELECT 1 FROM call_paths WHERE path = ?', moved))
    assert not os.path.exists(s.path('x/a.wav'))
    s.drop('x/a.wav', s.call())  # the same name again
    s.wait(lambda: os.path.exists(s.path('fertig/x/a.2.wav')))
    s.drop('bad.wav', 'junk' * 100)
    s.wait_state('bad.wav', QUARANTINED)
    s.cli('jobs', 'ignore', s.path('bad.wav'))
    equal(s.state('bad.wav')[0], IGNORED)
    s.cli('jobs', 'retry', s.path('bad.wav'))
    s.wait_state('bad.wav', QUARANTINED)
    assert 'tester' in s.cli('audit', '--action', 'job')
    s.cli('jobs', 'retry', 'no such file', code=1)
    counts = json.loads(s.cli('watch', '--status', '--json'))
    equal((counts['done'], counts['quarantined'], counts['service_running']), (1, 1, True))
    refused = subprocess.run([CALLQA, 'watch', '--config', s.config, '--db', s.db_path], stderr=subprocess.PIPE, check=False)
    assert refused.returncode and b'another callqa watch' in refused.stderr, refused.stderr
    # a wrong configuration is not taken, a right one is
    s.source['after'] = 'burn'
    s.write_config()
    s.process.send_signal(signal.SIGHUP)
    s.wait(lambda: 'was not taken' in s.log_text())
    s.source['after'] = 'delete'
    s.write_config()
    s.process.send_signal(signal.SIGHUP)
    s.wait(lambda: 'read again' in s.log_text())
    s.drop('b.wav', s.call())
    s.wait(lambda: s.rows('SELECT 1 FROM call_paths WHERE path = ? AND removed_s > 0', s.path('b.wav')))
    assert not os.path.exists(s.path('b.wav'))
    s.stop()
    s.close()


def test_lost_folder_and_removed_files():
    s = Service('lost', watch={'notify': 'poll'}).start()
    s.drop('a.wav', s.call())
    s.wait_state('a.wav', DONE)
    away = s.folder + '.away'
    s.drop('b.wav', s.call())
    s.wait(lambda: s.state('b.wav')[0] is not None)
    os.rename(s.folder, away)
    time.sleep(1)
    assert s.state('b.wav')[0] != GONE, 'a lost folder is no lost file'
    os.rename(away, s.folder)
    s.wait_state('b.wav', DONE)
    s.watch['settle_s'] = 1.5
    s.write_config()
    s.process.send_signal(signal.SIGHUP)
    s.wait(lambda: 'read again' in s.log_text())
    s.drop('c.wav', s.call())
    s.wait_state('c.wav', SEEN)
    os.unlink(s.path('c.wav'))
    s.wait_state('c.wav', GONE)
    s.drop('c.wav', s.call())
    s.wait_state('c.wav', DONE)
    s.stop()
    s.close()


def test_database_that_cannot_be_written():
    """A limit on the size of files stands in for a full disk: every write fails until it is lifted."""
    s = Service('full').start()
    s.drop('first.wav', s.call())
    s.wait_state('first.wav', DONE)
    names = [f'{i}.wav' for i in range(12)]
    resource.prlimit(s.process.pid, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
    for name in names:
        s.drop(name, s.call())
    s.wait(lambda: 'calls.db' in s.log_text(), 'for the service to tell that it cannot write')
    time.sleep(1)
    equal(s.process.poll(), None)
    equal(s.rows('SELECT count(*) FROM calls'), [(1,)])
    resource.prlimit(s.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    for name in names:
        s.wait_state(name, DONE)
    equal(s.rows('SELECT count(*) FROM calls'), [(13,)])
    equal(s.rows('SELECT count(*) FROM analyses'), [(13,)])
    s.stop()
    assert 'sound' in s.cli('db', 'check')
    s.close()


def test_hooks_and_figures():
    got, fail_first = [], [True]

    class Hook(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers['Content-Length']))
            self.send_response(500 if fail_first[0] else 204)
            self.end_headers()
            if not fail_first[0]:
                got.append(json.loads(body))
            fail_first[0] = False

        def log_message(self, *args):
            pass

    server = http.server.HTTPServer(('127.0.0.1', 0), Hook)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        port = probe.getsockname()[1]
    s = Service('hooks')
    told = os.path.join(s.root, 'told')
    command = os.path.join(s.root, 'hook.sh')
    with open(command, 'w', encoding='utf-8') as f:
        f.write(f'#!/bin/sh\n{{ echo "$1"; cat; echo; }} >> {told}\n')
    os.chmod(command, 0o755)
    s.watch.update({'hook': {'url': f'http://127.0.0.1:{server.server_port}/', 'command': command, 'when': 'all', 'tries': 5},
                    'metrics': {'port': port, 'file': os.path.join(s.root, 'callqa.prom')}})
    s.write_config()
    s.start()
    s.drop('a.wav', s.call())
    s.wait_state('a.wav', DONE)
    s.wait(lambda: len(got) == 1 and s.rows('SELECT 1 FROM jobs WHERE todo = 0'), 'for the hook')
    assert got[0]['recording']['path'].endswith('a.wav') if 'recording' in got[0] else 'a.wav' in json.dumps(got[0])
    with open(told, encoding='utf-8') as f:
        equal(f.readline().strip(), str(s.state('a.wav')[2]))

    def figures():
        with socket.create_connection(('127.0.0.1', port), 5) as c:
            c.sendall(b'GET /metrics HTTP/1.0\r\n\r\n')
            text = b''
            while chunk := c.recv(65536):
                text += chunk
        return text.decode()

    s.wait(lambda: 'callqa_done_total 1\n' in figures() and 'callqa_jobs{state="done"} 1\n' in figures())
    s.wait(lambda: os.path.exists(os.path.join(s.root, 'callqa.prom')))
    s.stop()
    server.shutdown()
    s.close()


def test_retention():
    s = Service('retention', source={'keep': {'audio_days': 30, 'rows_days': 400, 'flagged': False}}, watch={'purge': False})
    s.start()
    now = int(time.time())
    names = {key: f'out-13800138000-1001-{time.strftime("%Y%m%d-%H%M%S", time.gmtime(now - days * 86400 + 28800))}-'
                  f'{now - days * 86400}.{days}.wav' for key, days in (('young', 1), ('old', 60), ('ancient', 500),
                                                                  ('kept', 510), ('shown', 520))}
    for name in names.values():
        s.drop(name, s.call())
    for name in names.values():
        s.wait_state(name, DONE)
    s.stop()
    # An example alone exempts nothing; one that is marked to be kept keeps recording and results.
    for key, more in (('kept', ['--keep']), ('shown', [])):
        s.cli('examples', 'add', os.path.join(s.folder, names[key]), '--from', '0', '--to', '1', '--item', 'listening',
              '--good', '--title', key, *more)
    out = s.cli('purge', '--dry-run', '--config', s.config)
    assert 'would delete 3 recordings' in out and '2 results' in out, out
    equal(len(os.listdir(s.folder)), 5)
    out = s.cli('purge', '--config', s.config)
    assert 'deleted 3 recordings' in out and '2 results' in out, out
    equal(sorted(os.listdir(s.folder)), sorted([names['young'], names['kept']]))
    equal(s.rows('SELECT count(*) FROM calls'), [(3,)])
    equal(s.cli('purge', '--config', s.config).splitlines()[-1], 'deleted 0 recordings (0.0 MB) and 0 results')
    assert s.cli('audit', '--action', 'purge').count('purge.') == 5
    assert 'sound' in s.cli('db', 'check')
    s.close()


def main():
    failed = 0
    for name, test in sorted(globals().items()):
        if not name.startswith('test_') or (len(sys.argv) > 2 and name not in sys.argv[2:]):
            continue
        begun = time.monotonic()
        try:
            test()
            print(f'ok   {name} ({time.monotonic() - begun:.1f} s)')
        except AssertionError as e:
            failed += 1
            print(f'FAIL {name}: {e}')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
