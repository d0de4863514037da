#!/usr/bin/env python3
"""fault_test.py CALLQA [--files N] [--kills K] [--after leave|move] [--seed S] [--stop] - drop recordings into a watched
folder while the service is killed at random, then prove by count and hash that each was analysed once.

Some contents are dropped twice (one call with two paths), some files are renamed into place, some grow while they are
watched. --stop ends the service by SIGTERM instead of SIGKILL half of the time."""
import argparse
import hashlib
import json
import os
import random
import shutil
import signal
import sqlite3
import struct
import subprocess
import sys
import tempfile
import threading
import time

RATE = 8000


def wav(rng, n_frames):
    """Two channels of different noise, loud and soft in turn, so that each file is another call."""
    bodies = []
    for _ in range(2):
        noise = rng.randbytes(n_frames)
        bodies.append([(b - 128) * (64 if (i // 2000) % 2 else 2) for i, b in enumerate(noise)])
    data = b''.join(struct.pack('<hh', a, b) for a, b in zip(*bodies))
    head = struct.pack('<4sI4s4sIHHIIHH4sI', b'RIFF', 36 + len(data), b'WAVE', b'fmt ', 16, 1, 2, RATE, RATE * 4,
                       4, 16, b'data', len(data))
    return head + data


def drop(folder, name, content, rng):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    way = rng.random()
    if way < 0.4:
        with open(path + '.part', 'wb') as f:
            f.write(content)
        os.rename(path + '.part', path)
    elif way < 0.9:
        with open(path, 'wb') as f:
            f.write(content)
    else:  # it grows while it is watched
        with open(path, 'wb') as f:
            for at in range(0, len(content), 8192):
                f.write(content[at:at + 8192])
                f.flush()
                time.sleep(0.02)


def feed(folder, contents, names, rng, done):
    for name, content in zip(names, contents):
        drop(folder, name, content, rng)
        if rng.random() < 0.2:
            time.sleep(0.01)
    done.set()


def start(args, config, db, log):
    return subprocess.Popen([args.callqa, 'watch', '--config', config, '--db', db], stderr=log,
                            env=dict(os.environ, LANG='C.UTF-8', TSAN_OPTIONS='exitcode=66', ASAN_OPTIONS='exitcode=67'))


def check(db_path, folder, names, contents):
    wrong = []
    db = sqlite3.connect(f'file:{db_path}?mode=ro', uri=True)

    def one(sql):
        return db.execute(sql).fetchone()[0]

    hashes = [hashlib.sha256(c).digest() for c in contents]
    unique = set(hashes)
    stored = [row[0] for row in db.execute('SELECT sha256 FROM calls')]
    if len(stored) != len(unique) or set(stored) != unique:
        wrong.append(f'{len(unique)} contents were dropped, {len(stored)} calls are stored, '
                     f'{len(unique - set(stored))} are missing')
    if one('SELECT count(*) FROM analyses') != len(unique):
        wrong.append(f'{one("SELECT count(*) FROM analyses")} analyses for {len(unique)} contents')
    states = dict(db.execute('SELECT state, count(*) FROM jobs GROUP BY state'))
    if states != {4: len(names)}:
        wrong.append(f'jobs by state are {states}, not {len(names)} done')
    path_hash = {row[0]: row[1] for row in db.execute(
        'SELECT j.path, c.sha256 FROM jobs j JOIN calls c ON c.id = j.call_id')}
    for name, h in zip(names, hashes):
        if path_hash.get(os.path.join(folder, name)) != h:
            wrong.append(f'{name}: its job leads to another call or to none')
    paths = one('SELECT count(*) FROM call_paths')
    if paths != len(names):
        wrong.append(f'{paths} paths for {len(names)} files')
    for (path, h) in db.execute('SELECT p.path, c.sha256 FROM call_paths p JOIN calls c ON c.id = p.call_id'):
        with open(path, 'rb') as f:
            if hashlib.sha256(f.read()).digest() != h:
                wrong.append(f'{path}: holds another content than its call')
    return wrong


def finished(db_path, n):
    try:
        db = sqlite3.connect(f'file:{db_path}?mode=ro', uri=True, timeout=5)
        done = db.execute('SELECT count(*) FROM jobs WHERE state = 4 AND todo = 0').fetchone()[0]
        db.close()
        return done >= n
    except sqlite3.Error:
        return False


def main():
    p = argparse.ArgumentParser()
    p.add_argument('callqa')
    p.add_argument('--files', type=int, default=200)
    p.add_argument('--kills', type=int, default=12)
    p.add_argument('--after', default='leave', choices=['leave', 'move'])
    p.add_argument('--seed', type=int, default=random.randrange(1 << 30))
    p.add_argument('--stop', action='store_true')
    p.add_argument('--limit-s', type=float, default=240)
    p.add_argument('--life-s', type=float, default=0.8, help='mean time between two kills')
    args = p.parse_args()
    rng = random.Random(args.seed)
    print(f'seed {args.seed}: {args.files} files, {args.kills} kills, after={args.after}')
    root = tempfile.mkdtemp(prefix='callqa-fault-')
    try:
        return run(args, rng, root)
    finally:
        shutil.rmtree(root)


def run(args, rng, root):
    folder, db = os.path.join(root, 'in'), os.path.join(root, 'calls.db')
    os.makedirs(folder)
    config = os.path.join(root, 'callqa.json')
    with open(config, 'w', encoding='utf-8') as f:
        json.dump({'watch': {'settle_s': 0.3, 'truncated_after_s': 30, 'retry_min_s': 0.1, 'retry_max_s': 1,
                             'rescan_s': 2, 'max_crashes': 50},
                   'sources': [{'name': 'test', 'folder': folder, 'after': args.after, 'time_zone': 'UTC'}]}, f)
    contents = [wav(rng, rng.randrange(4000, 9000)) for _ in range(args.files)]
    for i in range(0, args.files // 10):  # dropped twice
        contents[args.files - 1 - i] = contents[i]
    names = [f'{i % 7}/{rng.choice(["out", "in"])}-1380013{i:05d}-{1000 + i % 50}-20240115-143022-{1705300222 + i}.{i}.wav'
             for i in range(args.files)]
    fed, begun = threading.Event(), time.monotonic()
    feeder = threading.Thread(target=feed, args=(folder, contents, names, random.Random(args.seed + 1), fed))
    feeder.start()
    killed = 0
    with open(os.path.join(root, 'log'), 'wb') as log:
        service = start(args, config, db, log)
        while time.monotonic() - begun < args.limit_s:
            time.sleep(rng.uniform(0.1, 2 * args.life_s) if killed < args.kills else 0.3)
            if service.poll() is not None:
                print(f'the service ended by itself with {service.returncode}')
                break
            if killed < args.kills:
                gentle = args.stop and rng.random() < 0.5
                service.send_signal(signal.SIGTERM if gentle else signal.SIGKILL)
                service.wait(60)
                if gentle and service.returncode not in (0, -signal.SIGTERM):  # -SIGTERM: before it took signals over
                    print(f'SIGTERM ended it with {service.returncode}')
                    break
                killed += 1
                service = start(args, config, db, log)
            elif fed.is_set() and finished(db, args.files):
                break
        feeder.join()
        service.send_signal(signal.SIGTERM)
        code = service.wait(60)
    wrong = check(db, folder, names, contents) if os.path.exists(db) else ['there is no database']
    if killed < args.kills:
        wrong.append(f'killed {killed} times only')
    if code:
        wrong.append(f'the last service ended with {code}')
    sound = subprocess.run([args.callqa, 'db', 'check', '--db', db], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                           check=False)
    if sound.returncode:
        wrong.append(sound.stdout.decode())
    print(f'{args.files} files, {killed} kills, {time.monotonic() - begun:.1f} s')
    for text in wrong[:20]:
        print('WRONG:', text)
    if wrong:
        with open(os.path.join(root, 'log'), encoding='utf-8', errors='replace') as f:
            print(''.join(line for line in f if 'state=done' not in line)[-4000:])
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
