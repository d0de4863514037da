#!/usr/bin/env python3
"""examples_test.py CALLQA SOURCE-ROOT - examples kept, exported, imported; playlists, and a quiz in a real terminal."""
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest
import wave

CALLQA = os.path.abspath(sys.argv[1])
ROOT = os.path.abspath(sys.argv[2])
SAMPLES = os.path.join(ROOT, 'data', 'samples')
ASOUNDRC = 'pcm.!default { type null }\nctl.!default { type null }\n'


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix='callqa-examples-')
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.master = os.path.join(cls.folder, 'master.db')
        with open(os.path.join(cls.folder, '.asoundrc'), 'w', encoding='ascii') as f:
            f.write(ASOUNDRC)
        for name, agent in (('cuts-in-zh', 'li.na'), ('good-en', 'smith'), ('talks-over-zh', 'wang')):
            shutil.copy(os.path.join(SAMPLES, name + '.flac'), cls.folder)
            subprocess.run([CALLQA, 'analyze', '--db', cls.master, '--agent', agent,
                            os.path.join(cls.folder, name + '.flac')], check=True, env=cls.env(),
                           stdout=subprocess.DEVNULL, timeout=120)

    @classmethod
    def env(cls):
        env = {k: v for k, v in os.environ.items() if not k.startswith(('LC_', 'LANG', 'CALLQA_', 'TMUX'))}
        env.update({'LC_ALL': 'C.UTF-8', 'LANGUAGE': 'en', 'HOME': cls.folder, 'TERM': 'xterm-256color',
                    'CALLQA_USER': 'trainer'})
        return env

    def setUp(self):
        self.db = os.path.join(self.folder, self.id().rsplit('.', 1)[-1] + '.db')
        shutil.copy(self.master, self.db)

    def callqa(self, *args, code=0, db=None):
        done = subprocess.run([CALLQA, *args, '--db', db or self.db], cwd=self.folder, env=self.env(),
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=60)
        self.assertEqual(done.returncode, code, done.stderr + done.stdout)
        return done

    def add(self, *more, code=0):
        return self.callqa('examples', 'add', '1', '--from', '7', '--to', '11.5', '--item', 'listening', '--bad',
                           '--title', 'li.na cuts in', '--why', 'hear how <li.na> & the customer collide', *more, code=code)

    def test_add_list_show_remove(self):
        self.assertIn('example 1', self.add().stdout)
        self.assertIn('example 1 already', self.add(code=1).stderr)
        self.assertIn('li.na cuts in', self.callqa('examples', 'list', '--bad').stdout)
        self.assertEqual(self.callqa('examples', 'list', '--good').stdout, '')
        self.assertIn('7.0 - 11.5', self.callqa('examples', 'show', '1').stdout)
        self.callqa('examples', 'play', '1')
        self.callqa('examples', 'remove', '1')
        self.callqa('examples', 'show', '1', code=1)
        actions = [row[0] for row in sqlite3.connect(self.db).execute('SELECT action FROM audit ORDER BY id')]
        self.assertEqual(actions[-2:], ['example.add', 'example.remove'])
        self.callqa('db', 'check')

    def test_mistakes(self):
        for args in (('add', '1'), ('frobnicate',), ('show', 'x'), ('export',), ('suggest',),
                     ('add', '1', '--from', '7', '--to', '9999', '--item', 'listening', '--bad', '--title', 'x'),
                     ('add', '1', '--from', '9', '--to', '7', '--item', 'listening', '--bad', '--title', 'x'),
                     ('add', '1', '--from', '7', '--to', '9', '--item', 'nothing', '--bad', '--title', 'x')):
            done = self.callqa('examples', *args, code=2)
            self.assertEqual(done.stderr.count('\n'), 1, done.stderr)

    def test_export_and_import(self):
        self.add()
        out = os.path.join(self.folder, 'out-plain')
        self.callqa('examples', 'export', out)
        with open(os.path.join(out, 'manifest.json'), encoding='utf-8') as f:
            example = json.load(f)['examples'][0]
        self.assertEqual((example['agent'], example['item'], example['good']), ('li.na', 'listening', False))
        with wave.open(os.path.join(out, example['file'])) as w:
            self.assertLess(abs(w.getnframes() / w.getframerate() - 4.5), 0.045)
        with open(os.path.join(out, 'index.html'), encoding='utf-8') as f:
            page = f.read()
        self.assertIn('&lt;li.na&gt; &amp; the customer', page)
        self.assertNotIn('http', page)
        self.callqa('examples', 'export', out, code=1)  # never over another

        other = os.path.join(self.folder, 'other.db')
        shutil.copy(self.master, other)
        self.assertIn('1 new', self.callqa('examples', 'import', out, db=other).stdout)
        self.assertIn('0 new examples, 1 known', self.callqa('examples', 'import', out, db=other).stdout)
        self.callqa('examples', 'play', '1', db=other)
        for change in ({'file': '../x.wav'}, {'uid': 'short'}, {'length_s': -1}):
            bad = os.path.join(self.folder, 'bad-manifest')
            os.makedirs(bad, exist_ok=True)
            with open(os.path.join(bad, 'manifest.json'), 'w', encoding='utf-8') as f:
                json.dump({'callqa_examples': 1, 'examples': [dict(example, **change)]}, f)
            self.callqa('examples', 'import', bad, code=1, db=other)

    def test_privacy(self):
        self.add()
        out = os.path.join(self.folder, 'out-private')
        self.callqa('examples', 'export', out, '1', '--anonymous', '--disguise', '--mute', '8-9.5')
        for name in ('manifest.json', 'index.html'):
            with open(os.path.join(out, name), encoding='utf-8') as f:
                text = f.read()
            self.assertNotIn('li.na', text)
            self.assertNotIn('cuts-in-zh', text)
        with wave.open(os.path.join(out, 'example-1.wav')) as w:
            w.setpos(8000)
            muted = w.readframes(12000)
        self.assertEqual(muted.strip(b'\0'), b'')
        after = sqlite3.connect(self.db).execute("SELECT after_json FROM audit WHERE action = 'example.export'").fetchone()
        self.assertEqual(json.loads(after[0]), {'anonymous': True, 'disguised': True, 'muted': 1})

    def test_suggest(self):
        lines = self.callqa('examples', 'suggest', '--item', 'listening').stdout.splitlines()
        moments = [line for line in lines if line.startswith('callqa')]
        self.assertTrue(any('--good' in m for m in moments) and any('--bad' in m for m in moments), lines)
        args = moments[0].split('#')[0].replace("'...'", 'accepted').split()
        self.assertIn('example 1', self.callqa(*args[1:]).stdout)
        self.callqa('examples', 'suggest', '--item', 'no_such_item', code=1)

    def test_playlist(self):
        self.add()
        self.callqa('playlist', 'new', 'week')
        self.callqa('playlist', 'new', 'week', code=1)
        self.callqa('playlist', 'play', 'week', code=1)
        self.callqa('playlist', 'add', 'week', '1', '99', code=1)  # all or none
        self.assertRegex(self.callqa('playlist', 'list').stdout, r'week +0 clips')
        self.callqa('playlist', 'add', 'week', '1', '1')
        self.callqa('playlist', 'play', 'week')
        self.callqa('playlist', 'play', 'week', '--quiz', code=2)

    @unittest.skipUnless(shutil.which('tmux'), 'tmux is not there')
    def test_quiz(self):
        self.add()
        self.callqa('playlist', 'new', 'quiz')
        self.callqa('playlist', 'add', 'quiz', '1')
        socket = os.path.join(self.folder, 'tmux')
        tmux = lambda *args: subprocess.run(['tmux', '-S', socket, '-f', '/dev/null', *args], env=self.env(), check=False,
                                            capture_output=True, text=True, timeout=30).stdout

        def until(*parts):
            end = time.monotonic() + 20
            while time.monotonic() < end:
                text = tmux('capture-pane', '-p')
                if all(p in text for p in parts):
                    return text
                time.sleep(0.05)
            return self.fail(f'{parts} did not come:\n{text}')

        tmux('new-session', '-d', '-x', '80', '-y', '24', 'sh')
        self.addCleanup(tmux, 'kill-server')
        tmux('send-keys', f'{CALLQA} playlist play quiz --quiz --trainee "Li Na" --db {self.db}; echo code=$?', 'Enter')
        text = until('clip 1 of 1', 'listen for: Listening', '1 (poor)', 'shown once you have scored')
        self.assertNotIn('score 3', text)
        self.assertNotIn('the form:', text)
        tmux('send-keys', '4')
        until('you: 4', 'the form: 2.0', 'collide', 'cuts in')
        tmux('send-keys', 'Enter')
        until('code=0')
        row = sqlite3.connect(self.db).execute('SELECT trainee, score, form_score FROM quiz_answers').fetchall()
        self.assertEqual(row, [('Li Na', 4, 2.0)])
        self.assertRegex(self.callqa('playlist', 'results').stdout, r'Li Na +1 +2\.00 +\+2\.00 +0%')


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
