#!/usr/bin/env python3
"""cli_test.py CALLQA SOURCE-ROOT - what a user meets at the command line: help, mistakes, bad files, signals."""
import json
import os
import pty
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest

CALLQA = os.path.abspath(sys.argv[1])
ROOT = os.path.abspath(sys.argv[2])
SAMPLES = os.path.join(ROOT, 'data', 'samples')
GOOD = os.path.join(SAMPLES, 'good-en.flac')
MONO = os.path.join(SAMPLES, 'mono-zh.flac')


def environment(**more):
    """A known environment: English, no database by default."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(('LC_', 'LANG', 'CALLQA_'))}
    env.update({'LC_ALL': 'C.UTF-8', 'LANGUAGE': 'en', 'COLUMNS': '100'}, **more)
    return env


class Done:
    def __init__(self, process):
        self.code = process.returncode
        self.out = process.stdout
        self.err = process.stderr


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix='callqa-cli-')
        self.addCleanup(shutil.rmtree, self.folder)

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, content=b''):
        with open(self.path(name), 'wb') as f:
            f.write(content)
        return self.path(name)

    def callqa(self, *args, **env):
        return Done(subprocess.run([CALLQA, *args], cwd=self.folder, env=environment(**env), capture_output=True,
                                   text=True, check=False, timeout=60))

    def assert_one_line(self, text, *parts):
        self.assertEqual(text.count('\n'), 1, text)
        for part in parts:
            self.assertIn(part, text)


class Help(Case):
    def test_overview(self):
        done = self.callqa('--help')
        self.assertEqual(done.code, 0)
        self.assertIn('analyze', done.out)
        self.assertEqual(done.err, '')
        self.assertEqual(self.callqa('-h').out, done.out)
        self.assertEqual(self.callqa('help').out, done.out)

    def test_nothing_at_all(self):
        done = self.callqa()
        self.assertEqual(done.code, 2)
        self.assertEqual(done.out, '')
        self.assertIn('Usage:', done.err)

    def test_version(self):
        done = self.callqa('--version')
        self.assertEqual(done.code, 0)
        self.assertRegex(done.out, r'^callqa \d+\.\d+\.\d+\n$')

    def test_command(self):
        done = self.callqa('analyze', '--help')
        self.assertEqual(done.code, 0)
        for option in ('--db', '-j, --jobs N', '--json', '--rttm', '--labels', '--textgrid', '--force', '--rubric',
                       '--config', '--set', '--layout', '--raw', '--agent', '--queue', '--recursive'):
            self.assertIn(option, done.out)

    def test_lines_fit_a_narrow_terminal(self):
        for args in (['--help'], ['analyze', '--help']):
            for line in self.callqa(*args, COLUMNS='60').out.splitlines():
                if not line.startswith('  callqa'):
                    self.assertLessEqual(len(line), 60, line)


class Mistakes(Case):
    def test_unknown_command(self):
        done = self.callqa('analyse')
        self.assertEqual(done.code, 2)
        self.assert_one_line(done.err, 'did you mean "analyze"?')
        self.assertEqual(self.callqa('frobnicate').code, 2)
        self.assertEqual(self.callqa('help', 'frobnicate').code, 2)

    def test_unknown_option(self):
        done = self.callqa('analyze', '--jsno', GOOD)
        self.assertEqual(done.code, 2)
        self.assert_one_line(done.err, '--jsno', 'did you mean --json?', 'callqa analyze --help')
        self.assertEqual(done.out, '')

    def test_option_before_the_command(self):
        done = self.callqa('--json', 'analyze')
        self.assertEqual(done.code, 2)
        self.assert_one_line(done.err, '--json')

    def test_missing_and_bad_arguments(self):
        for args in (['analyze'], ['analyze', '--db'], ['analyze', '-j', '0', GOOD], ['analyze', '-j', 'two', GOOD],
                     ['analyze', '--layout', 'sideways', GOOD], ['analyze', '--set', 'talk.dead_air_s=soon', GOOD],
                     ['analyze', '--set', 'no.such_thing=1', GOOD], ['analyze', '--raw', 'ulaw:8000:2:9', GOOD],
                     ['analyze', '--labels', GOOD, MONO]):
            done = self.callqa(*args)
            self.assertEqual(done.code, 2, args)
            self.assert_one_line(done.err)
        self.assertEqual(os.listdir(self.folder), [])

    def test_rubric_and_configuration(self):
        broken = self.write('broken.json', b'{\n  "talk": {"dead_air_s": "x"}\n}\n')
        for args, part in ((['--rubric', 'no-such-form'], 'no-such-form'), (['--config', broken], 'broken.json:2'),
                           (['--config', self.path('none.json')], 'none.json'), (['--rubric', broken], 'broken.json')):
            done = self.callqa('analyze', '--json', *args, GOOD)
            self.assertEqual(done.code, 4, args)
            self.assert_one_line(done.err, part)
            self.assertEqual(done.out, '')

    def test_database(self):
        text = self.write('notes.db', b'these are notes, not a database' * 40)
        done = self.callqa('analyze', '--db', text, GOOD)
        self.assertEqual(done.code, 3)
        self.assert_one_line(done.err, 'notes.db')
        done = self.callqa('analyze', '--db', self.path('no/such/folder/x.db'), GOOD)
        self.assertEqual(done.code, 3)
        self.assert_one_line(done.err, 'x.db')

    def test_output_that_cannot_be_written(self):
        with open('/dev/full', 'wb') as full:
            done = subprocess.run([CALLQA, '--help'], stdout=full, stderr=subprocess.PIPE, env=environment(),
                                  check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn(b'standard output', done.stderr)


class BadFiles(Case):
    def bad(self, path, *parts):
        done = self.callqa('analyze', '--json', path)
        self.assertEqual(done.code, 1, done.err)
        self.assertEqual(done.out, '')
        self.assert_one_line(done.err, os.path.basename(path), *parts)

    def test_missing(self):
        self.bad(self.path('missing.wav'))

    def test_empty(self):
        self.bad(self.write('empty.wav'))

    def test_text(self):
        self.bad(self.write('letter.wav', b'Dear Sir or Madam,\n' * 500))

    def test_garbage(self):
        self.bad(self.write('garbage.flac', bytes((i * 7919 + 13) % 256 for i in range(5000))))

    def test_header_only(self):
        self.bad(self.write('header.wav', b'RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00'))

    def test_pipe(self):
        os.mkfifo(self.path('pipe.wav'))
        self.bad(self.path('pipe.wav'), 'regular file')
        self.bad('/dev/zero', 'regular file')

    def test_empty_folder(self):
        os.mkdir(self.path('folder'))
        self.bad(self.path('folder'), '--recursive')

    @unittest.skipIf(os.geteuid() == 0, 'root may read everything')
    def test_unreadable(self):
        path = self.write('secret.wav', b'RIFF')
        os.chmod(path, 0)
        self.bad(path)

    def test_others_go_on(self):
        done = self.callqa('analyze', '--json', self.path('a.wav'), GOOD, self.write('b.wav'), MONO)
        self.assertEqual(done.code, 1)
        self.assertEqual(len(done.out.splitlines()), 2)
        self.assertEqual(len(done.err.splitlines()), 2)

    def test_control_characters_in_names_stay_out_of_the_terminal(self):
        done = self.callqa('analyze', '--json', self.path('a\x1b[2Jb\n.wav'))
        self.assertEqual(done.code, 1)
        self.assertNotIn('\x1b', done.err)
        self.assert_one_line(done.err)


class Json(Case):
    def test_one_line_a_file_in_order(self):
        files = [os.path.join(SAMPLES, n) for n in sorted(os.listdir(SAMPLES)) if n.endswith('.flac')]
        self.assertEqual(len(files), 6)
        files.reverse()
        done = self.callqa('analyze', '--json', '-j', '4', *files)
        self.assertEqual(done.code, 0, done.err)
        self.assertEqual(done.err, '')
        found = [json.loads(line) for line in done.out.splitlines()]
        self.assertEqual([f['recording']['path'] for f in found], files)
        for f in found:
            self.assertEqual(f['schema'], 1)
            self.assertIn(f['status'], ('scored', 'unscorable'))
            self.assertTrue(f['segments'])
        self.assertEqual(os.listdir(self.folder), [], 'nothing is stored without --db')
        one = self.callqa('analyze', '--json', '-j', '1', *files)
        self.assertEqual(one.out, done.out, 'the number of workers changes nothing')

    def test_numbers_have_points_in_every_locale(self):
        plain = self.callqa('analyze', '--json', GOOD).out
        self.assertEqual(self.callqa('analyze', '--json', GOOD, LC_ALL='de_DE.UTF-8').out, plain)

    def test_layout(self):
        left = json.loads(self.callqa('analyze', '--json', GOOD).out)
        right = json.loads(self.callqa('analyze', '--json', '--layout', 'agent-right', GOOD).out)
        self.assertEqual(left['parties']['agent']['channel'], 0)
        self.assertEqual(right['parties']['agent']['channel'], 1)
        swapped = {'agent': 'customer', 'customer': 'agent'}
        self.assertEqual([(swapped[s['party']], s['start'], s['end']) for s in right['segments']],
                         [(s['party'], s['start'], s['end']) for s in left['segments']])

    def test_settings(self):
        usual = json.loads(self.callqa('analyze', '--json', GOOD).out)
        other = json.loads(self.callqa('analyze', '--json', '-s', 'talk.min_talkspurt_s=1', GOOD).out)
        self.assertLess(len(other['segments']), len(usual['segments']))

    def test_other_formats(self):
        segments = json.loads(self.callqa('analyze', '--json', GOOD).out)['segments']
        rttm = self.callqa('analyze', '--rttm', GOOD).out.splitlines()
        self.assertEqual(len(rttm), len(segments))
        self.assertTrue(rttm[0].startswith('SPEAKER good-en'))
        labels = self.callqa('analyze', '--labels', GOOD).out.splitlines()
        self.assertEqual(len(labels), len(segments))
        self.assertIn('\t', labels[0])
        self.assertIn('TextGrid', self.callqa('analyze', '--textgrid', GOOD).out)


class Store(Case):
    def calls(self, name):
        with sqlite3.connect(self.path(name)) as db:
            return db.execute('SELECT count(*) FROM calls').fetchone()[0]

    def test_default_database(self):
        self.assertEqual(self.callqa('analyze', GOOD).code, 0)
        self.assertEqual(self.calls('callqa.db'), 1)
        self.assertEqual(self.callqa('analyze', GOOD, CALLQA_DB=self.path('other.db')).code, 0)
        self.assertEqual(self.calls('other.db'), 1)

    def test_again_changes_nothing(self):
        self.callqa('analyze', '--db', 'x.db', SAMPLES)
        self.assertEqual(self.calls('x.db'), 6)
        copy = self.path('copy of a call.flac')
        shutil.copy(GOOD, copy)
        done = self.callqa('analyze', '--db', 'x.db', SAMPLES, copy)
        self.assertEqual(done.code, 0)
        self.assertEqual(done.out.count('already stored'), 7)
        self.assertEqual(self.calls('x.db'), 6)
        self.assertEqual(self.callqa('analyze', '--force', '--db', 'x.db', SAMPLES).out.count('already stored'), 0)
        self.assertEqual(self.calls('x.db'), 6)

    def test_paths_hold_from_any_folder(self):
        os.makedirs(self.path('in/calls'))
        os.symlink(self.path('in'), self.path('link'))
        shutil.copy(GOOD, self.path('in/calls/a.flac'))
        self.callqa('analyze', '--db', 'x.db', 'link/../in/calls/../calls/a.flac')
        self.callqa('analyze', '--db', 'x.db', 'link/calls/a.flac')
        with sqlite3.connect(self.path('x.db')) as db:
            self.assertEqual(db.execute('SELECT path, analysed FROM call_paths').fetchall(),
                             [(os.path.realpath(self.path('in/calls/a.flac')), 1)])
        for key in ('link/calls/a.flac', './in/calls/a.flac', 'calls/a.flac', self.path('in/calls/a.flac')):
            self.assertEqual(self.callqa('show', '--db', 'x.db', key).code, 0, key)

    def test_a_guessed_agent_is_told(self):
        self.callqa('analyze', '--db', 'x.db', GOOD, MONO)
        self.assertNotIn('not sure', self.callqa('show', '--db', 'x.db', 'good-en.flac').out)
        self.assertIn('not sure', self.callqa('show', '--db', 'x.db', 'mono-zh.flac').out)

    @unittest.skipIf(os.geteuid() == 0, 'root may write anywhere')
    def test_a_folder_that_may_only_be_read(self):
        os.mkdir(self.path('ro'))
        self.callqa('analyze', '--db', 'ro/x.db', GOOD)
        os.chmod(self.path('ro/x.db'), 0o444)
        os.chmod(self.path('ro'), 0o555)
        done = self.callqa('list', '--db', 'ro/x.db')
        os.chmod(self.path('ro'), 0o755)
        self.assertEqual(done.code, 3)
        self.assert_one_line(done.err, 'x.db', 'folder')

    def test_json_of_a_stored_call(self):
        first = self.callqa('analyze', '--json', '--db', 'x.db', GOOD)
        second = self.callqa('analyze', '--json', '--db', 'x.db', GOOD)
        self.assertEqual(first.code, 0)
        self.assertEqual(second.code, 0)
        a, b = json.loads(first.out), json.loads(second.out)
        copy = self.path('copy.flac')
        shutil.copy(GOOD, copy)
        again = json.loads(self.callqa('analyze', '--json', '--db', 'x.db', copy).out)
        self.assertEqual(again['recording']['path'], copy)
        for key in ('segments', 'turns', 'transitions', 'events', 'metrics', 'flags'):
            self.assertEqual(a[key], b[key], key)

    def test_quiet(self):
        done = self.callqa('analyze', '--quiet', '--db', 'x.db', GOOD)
        self.assertEqual((done.code, done.out, done.err), (0, '', ''))

    def test_interrupt_leaves_a_consistent_database(self):
        folder = self.path('many')
        os.mkdir(folder)
        with open(GOOD, 'rb') as f:
            content = f.read()
        # same sound, different content: bytes behind the end of the stream belong to no frame
        for i in range(400):
            with open(os.path.join(folder, f'{i:04}.flac'), 'wb') as f:
                f.write(content + b'%d' % i)
        for sig in (signal.SIGINT, signal.SIGTERM):
            name = f'{sig.name}.db'
            process = subprocess.Popen([CALLQA, 'analyze', '-j', '2', '--db', name, folder], cwd=self.folder,
                                       env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            process.stdout.readline()  # the header comes with the first call
            process.stdout.readline()
            time.sleep(0.1)
            process.send_signal(sig)
            out, err = process.stdout.read(), process.stderr.read()
            process.wait(timeout=60)
            process.stdout.close()
            process.stderr.close()
            self.assertEqual(process.returncode, 130, err)
            self.assertIn('stopped', err)
            with sqlite3.connect(self.path(name)) as db:
                self.assertEqual(db.execute('PRAGMA integrity_check').fetchone()[0], 'ok')
                self.assertEqual(db.execute('PRAGMA foreign_key_check').fetchall(), [])
                stored = db.execute('SELECT count(*) FROM calls WHERE analysis_id IS NOT NULL').fetchone()[0]
            self.assertEqual(stored, self.calls(name))
            self.assertGreaterEqual(stored, 1)
            self.assertLess(stored, 400)
            self.assertEqual(stored, len(out.splitlines()) + 1, 'what was told is stored')


class Terminal(Case):
    """Under a pseudo-terminal: progress and colours; none of it without."""

    def setUp(self):
        super().setUp()
        try:
            for fd in pty.openpty():
                os.close(fd)
        except OSError as error:
            self.skipTest(f'no pseudo-terminal here (is /dev/pts mounted?): {error}')

    def on_terminal(self, *args, **env):
        pid, fd = pty.fork()
        if pid == 0:
            os.chdir(self.folder)
            os.execve(CALLQA, [CALLQA, *args], environment(TERM='xterm', **env))
        out = b''
        while True:
            try:
                block = os.read(fd, 65536)
            except OSError:
                break
            if not block:
                break
            out += block
        os.close(fd)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), out.decode()

    def test_progress(self):
        code, out = self.on_terminal('analyze', '--db', 'x.db', SAMPLES)
        self.assertEqual(code, 0)
        self.assertIn('/6 files', out)
        self.assertIn('real time', out)
        self.assertIn('callqa show', out)
        self.assertNotIn('\033[K', self.callqa('analyze', '-f', '--db', 'x.db', SAMPLES).out)


class Chinese(Case):
    def test_without_a_generated_locale(self):
        done = self.callqa('--help', LC_ALL='', LANG='zh_CN.UTF-8', LANGUAGE='')
        self.assertEqual(done.code, 0)
        self.assertIn('用法', done.out)

    def test_by_language(self):
        done = self.callqa('analyze', '--jsno', LANGUAGE='zh_CN')
        self.assertEqual(done.code, 2)
        self.assertIn('--json', done.err)
        self.assertRegex(done.err, '[\u4e00-\u9fff]')

    def test_plain_c_stays_english(self):
        self.assertIn('Usage', self.callqa('--help', LC_ALL='C', LANGUAGE='zh_CN').out)

    def test_show_speaks_it_throughout(self):
        """Notes of the scorecard are stored in English; shown, they are Chinese, with units and the form's own words."""
        db = self.path('x.db')
        cuts_in = os.path.join(SAMPLES, 'cuts-in-zh.flac')
        self.assertEqual(self.callqa('analyze', '--quiet', '--db', db, cuts_in).code, 0)
        chinese = self.callqa('show', '--db', db, '1', LANGUAGE='zh_CN').out
        for english in ('too little', 'indicators', 'at most', 'not judged', 'not measured', 'interruption,', 'median response', 'longest turn', 'info '):
            self.assertNotIn(english, chinese)
        self.assertRegex(chinese, r'最高 2 分：频繁打断客户（agent.interruptions_per_min 为 [0-9.]+ 1/min）')
        for words in ('材料不足：', '至少需要 2 s', '打断, 客服', '客服在左声道 (0)'):
            self.assertIn(words, chinese)
        english = self.callqa('show', '--db', db, '1').out
        self.assertRegex(english, r'at most 2: cuts in all the time \(agent.interruptions_per_min is [0-9.]+ 1/min\)')
        self.assertRegex(english, r'too little to judge by: customer.raised_voice_s is [0-9.]+ s, at least 2 s is needed')
        self.assertIn('median response latency', english)


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1], verbosity=1)
