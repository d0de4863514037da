#!/usr/bin/env python3
"""replay_test.py CALLQA SOURCE-ROOT - hearing stored calls: rendered files against the recording, PortAudio into an ALSA
file device, and the view in a real terminal (tmux)."""
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import wave

try:
    import numpy as np
except ImportError:
    sys.exit(77)

CALLQA = os.path.abspath(sys.argv[1])
ROOT = os.path.abspath(sys.argv[2])
SAMPLE = os.path.join(ROOT, 'data', 'samples', 'cuts-in-zh.flac')
RATE = 8000
AGENT, CUSTOMER = 0, 1
ASOUNDRC = '''pcm.!default {{ type plug slave.pcm "tofile" }}
pcm.tofile {{ type file slave.pcm "null" file "{}" format "raw" }}
ctl.!default {{ type null }}
'''


def read_wav(path):
    with wave.open(path) as w:
        assert w.getframerate() == RATE and w.getsampwidth() == 2
        return np.frombuffer(w.readframes(w.getnframes()), '<i2').reshape(-1, w.getnchannels()) / 32768.0


def best_lag(part, whole):
    """Where `part` lies in `whole`, and how alike they are there (1: the same but for level)."""
    n = 1 << int(np.ceil(np.log2(len(part) + len(whole))))
    c = np.fft.irfft(np.fft.rfft(whole, n) * np.conj(np.fft.rfft(part, n)), n)[:len(whole) - len(part) + 1]
    energy = np.concatenate([[0], np.cumsum(whole ** 2)])
    local = np.sqrt(np.maximum(energy[len(part):] - energy[:-len(part)], 1e-12)) * np.sqrt(np.sum(part ** 2))
    alike = c / local
    at = int(np.argmax(alike))
    return at, float(alike[at])


class Fixture:
    """One database for all tests: the sample analysed once."""
    folder = None

    @classmethod
    def start(cls):
        cls.folder = tempfile.mkdtemp(prefix='callqa-replay-')
        cls.sound = os.path.join(cls.folder, 'call.flac')
        cls.db = os.path.join(cls.folder, 'calls.db')
        cls.raw = os.path.join(cls.folder, 'heard.raw')
        shutil.copy(SAMPLE, cls.sound)
        with open(os.path.join(cls.folder, '.asoundrc'), 'w', encoding='ascii') as f:
            f.write(ASOUNDRC.format(cls.raw))
        subprocess.run([CALLQA, 'analyze', '--db', cls.db, '--agent', 'A007', cls.sound], check=True, env=cls.env(),
                       stdout=subprocess.DEVNULL, timeout=120)
        whole = os.path.join(cls.folder, 'whole.wav')
        subprocess.run(['sox', cls.sound, '-b', '16', whole], check=True)
        cls.source = read_wav(whole)

    @classmethod
    def env(cls, **more):
        env = {k: v for k, v in os.environ.items() if not k.startswith(('LC_', 'LANG', 'CALLQA_', 'TMUX'))}
        env.update({'LC_ALL': 'C.UTF-8', 'LANGUAGE': 'en', 'HOME': cls.folder, 'TERM': 'xterm-256color'}, **more)
        return env


class Case(unittest.TestCase):
    def callqa(self, *args, code=0, **env):
        done = subprocess.run([CALLQA, *args, '--db', Fixture.db], cwd=Fixture.folder, env=Fixture.env(**env),
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=120)
        self.assertEqual(done.returncode, code, done.stderr + done.stdout)
        return done

    def render(self, *args, name='out.wav'):
        path = os.path.join(Fixture.folder, name)
        self.callqa('replay', '1', '--render', path, *args)
        self.assertFalse(os.path.exists(path + '.part'))
        return path


class Render(Case):
    def test_interval_and_sides(self):
        got = read_wav(self.render('--from', '6.5', '--to', '12.25'))
        self.assertLess(abs(len(got) / RATE - 5.75), 0.0575)
        for side in (AGENT, CUSTOMER):
            at, alike = best_lag(got[:, side], Fixture.source[:, side])
            self.assertEqual(at, int(6.5 * RATE))
            self.assertGreater(alike, 0.999)

    def test_party(self):
        for who, side in (('agent', AGENT), ('customer', CUSTOMER)):
            got = read_wav(self.render('--from', '2', '--to', '17', '--solo', who))
            for ear in (0, 1):  # somebody alone is heard on both sides
                at, alike = best_lag(got[:, ear], Fixture.source[:, side])
                self.assertEqual(at, 2 * RATE)
                self.assertGreater(alike, 0.999)
            other = Fixture.source[2 * RATE:17 * RATE, 1 - side]
            self.assertLess(abs(np.corrcoef(got[:, 0], other)[0, 1]), 0.1)

    def test_speed(self):
        """Length within 1 %; each piece is found near its place in the source, slowed or sped, with its pitch."""
        for speed in (0.5, 1.5, 2.0, 3.0):
            got = read_wav(self.render('--from', '1', '--to', '25', '--speed', str(speed)))
            self.assertLess(abs(len(got) - 24 * RATE / speed), 0.01 * 24 * RATE / speed)
            levels = np.sqrt(np.mean(got[:len(got) // 80 * 80, AGENT].reshape(-1, 80) ** 2, axis=1))
            part = Fixture.source[RATE:25 * RATE, AGENT]
            true = np.sqrt(np.mean(part[:len(part) // 80 * 80].reshape(-1, 80) ** 2, axis=1))
            places = np.arange(len(levels)) * speed
            alike = max(np.corrcoef(levels, np.interp(places + d, np.arange(len(true)), true))[0, 1] for d in (-1, 0, 1, 2))
            self.assertGreater(alike, 0.93)  # the same moments, to two frames of 10 ms, to the very end
            bands = [np.abs(np.fft.rfft(x[:len(x) // 400 * 400].reshape(-1, 400), axis=1)).mean(axis=0)
                     for x in (got[:, AGENT], part)]
            self.assertGreater(np.corrcoef(*bands)[0, 1], 0.97)  # and the same spectrum

    def test_skip_silence_mute_disguise(self):
        whole = len(Fixture.source) / RATE
        skipped = len(read_wav(self.render('--skip-silence'))) / RATE
        self.assertLess(skipped, whole)
        got = read_wav(self.render('--mute', '10-12.5'))
        self.assertEqual(np.abs(got[10 * RATE:int(12.5 * RATE)]).max(), 0)
        self.assertGreater(np.abs(got[:10 * RATE]).max(), 0.01)
        got = read_wav(self.render('--disguise', '--from', '0', '--to', '40'))
        self.assertLess(abs(len(got) / RATE - 40), 0.4)
        self.assertLess(abs(best_lag(got[20 * RATE:24 * RATE, 1], Fixture.source[:, CUSTOMER])[1]), 0.6)

    def test_formats(self):
        for name in ('out.flac', 'out.ogg'):
            path = self.render('--from', '5', '--to', '9', name=name)
            subprocess.run(['sox', path, '-b', '16', os.path.join(Fixture.folder, 'back.wav')], check=True)
            got = read_wav(os.path.join(Fixture.folder, 'back.wav'))
            self.assertLess(abs(len(got) / RATE - 4), 0.04)
            self.assertLess(abs(best_lag(got[:, 1], Fixture.source[:, 1])[0] - 5 * RATE), 8)

    def test_where_to_begin(self):
        shown = self.callqa('show', '1', '--json').stdout
        import json
        a = json.loads(shown)
        event = a['events'][0]
        got = read_wav(self.render('--event', '1'))
        self.assertLess(abs(len(got) / RATE - (a['duration_s'] if 'duration_s' in a else len(Fixture.source) / RATE)
                            + event['start'] - 0.5), 0.1)
        for args in (('--item', 'listening'), ('--flag', 'interruptions_high')):
            self.assertLess(len(read_wav(self.render(*args))), len(Fixture.source))
        for args in (('--event', '9999'), ('--item', 'nothing'), ('--flag', 'nothing')):
            self.callqa('replay', '1', '--render', 'x.wav', *args, code=1)

    def test_mistakes(self):
        for args in (('--render', 'x.txt'), ('--render', 'x.wav', '--mute', '5'), ('--render', 'x.wav', '--at', 'soon'),
                     ('--render', 'x.wav', '--from', '9', '--to', '8'), ('--speed', '4')):
            done = self.callqa('replay', '1', *args, code=2)
            self.assertEqual(done.stderr.count('\n'), 1, done.stderr)

    def test_moved_recording(self):
        moved = os.path.join(Fixture.folder, 'moved.flac')
        os.rename(Fixture.sound, moved)
        try:
            done = self.callqa('replay', '1', '--render', 'x.wav', code=1)
            self.assertIn('--recording', done.stderr)
            self.render('--recording', moved)
            other = os.path.join(ROOT, 'data', 'samples', 'good-en.flac')
            done = self.callqa('replay', '1', '--render', 'x.wav', '--recording', other, code=2)
            self.assertIn('another recording', done.stderr)
        finally:
            os.rename(moved, Fixture.sound)


class Device(Case):
    def test_portaudio_into_a_file(self):
        """The ALSA null device takes sound as fast as it is offered, so silence stands wherever it outran the player;
        what sounds is, sample by sample, what is rendered."""
        rendered = read_wav(self.render('--from', '3', '--to', '6'))
        if os.path.exists(Fixture.raw):
            os.remove(Fixture.raw)
        self.callqa('replay', '1', '--from', '3', '--to', '6')
        heard = np.fromfile(Fixture.raw, '<f4').reshape(-1, 2)
        heard = np.round(heard[np.any(heard != 0, axis=1)] * 32768) / 32768
        heard = heard[np.any(heard != 0, axis=1)]
        rendered = rendered[np.any(rendered != 0, axis=1)]
        self.assertGreater(len(heard), 2 * RATE)
        self.assertLessEqual(abs(len(heard) - len(rendered)), 20)  # the faded edges round to other zeros
        for side in (AGENT, CUSTOMER):
            at, alike = best_lag(heard[200:-200, side], rendered[:, side])
            self.assertLessEqual(abs(at - 200), 20)
            self.assertGreater(alike, 0.9999)

    def test_no_device(self):
        self.assertIn('tofile', self.callqa('replay', '--list-devices').stdout)
        self.callqa('replay', '1', '--device', 'no such device', code=1)


@unittest.skipUnless(shutil.which('tmux'), 'tmux is not there')
class View(Case):
    n_started = 0

    def setUp(self):
        self.socket = None

    def tmux(self, *args):
        return subprocess.run(['tmux', '-S', self.socket, '-f', '/dev/null', *args], env=Fixture.env(),
                              capture_output=True, text=True, check=False, timeout=30).stdout

    def start(self, *args, columns=80, rows=24, **env):
        """A shell in a terminal, and the command typed into it: what it leaves behind is seen too."""
        View.n_started += 1
        self.socket = os.path.join(Fixture.folder, f'tmux{View.n_started}')
        more = ' '.join(f'{k}={v}' for k, v in Fixture.env(**env).items() if k in ('LC_ALL', 'LANG', 'LANGUAGE', 'HOME'))
        self.tmux('new-session', '-d', '-x', str(columns), '-y', str(rows), 'sh')
        self.addCleanup(self.tmux, 'kill-server')
        self.keys(f"env -u LC_ALL {more} {CALLQA} {' '.join(args)} --db {Fixture.db}; echo code=$?", 'Enter')

    def keys(self, *keys):
        self.tmux('send-keys', *keys)

    def until(self, test, what):
        end = time.monotonic() + 20
        while time.monotonic() < end:
            text = self.tmux('capture-pane', '-p')
            if test(text):
                return text
            time.sleep(0.05)
        self.fail(f'{what} did not come:\n{text}')
        return ''

    def until_text(self, *parts):
        return self.until(lambda text: all(p in text for p in parts), parts)

    def test_keys_at_80x24(self):
        self.start('replay', '1', '--at', '7')
        text = self.until_text('Call 1  call.flac', 'agent A007', 'score', 'Events', 'Scores', 'cuts in', '? keys', 'A==')
        self.assertEqual(len(text.splitlines()), 24)
        self.until_text('❚❚')  # the null device takes it all at once
        self.keys('Home')
        self.until_text('❚❚ 0:00.0')
        self.keys('Right')
        self.until_text('❚❚ 0:02.0')
        self.keys('NPage')
        self.until_text('❚❚ 0:32.0')
        self.keys('PPage', 'Left')
        self.until_text('❚❚ 0:00.0')
        self.keys('n')
        first = self.until(lambda t: '❚❚ 0:00.0' not in t, 'the first event')
        self.keys('n')
        self.until(lambda t: t.splitlines()[1] != first.splitlines()[1], 'the second event')
        self.keys('p')
        self.until(lambda t: t.splitlines()[1] == first.splitlines()[1], 'the first event again')
        self.keys(']')
        self.until_text('1.25x')
        self.keys('[', '[', '[', '[', '[')
        self.until_text('0.5x')
        for key, word in (('a', 'agent alone'), ('c', 'customer alone'), ('b', 'both, apart'), ('m', 'both, middle'),
                          ('s', 'silence skipped'), ('+', '+3 dB')):
            self.keys(key)
            self.until_text(word)
        self.keys('s', '-', 'Home', 'l')
        self.until_text('A 0:00.0')
        self.keys('Right', 'l')
        self.until_text('A-B 0:00.0-0:02.0')
        self.keys('2')
        self.until_text('moment 2')
        self.keys('Tab', 'Tab')
        self.until_text('Measures')
        self.keys('?')
        self.until_text('skip silence')
        self.keys('?', 'q')
        text = self.until_text('code=0')
        self.assertNotIn('Measures', text)  # the screen from before is back
        self.keys('stty -a', 'Enter')
        self.assertIn(' echo ', self.until_text('echoe'))

    def test_large_and_resized(self):
        self.start('replay', '1', '--item', 'listening', columns=200, rows=55)
        text = self.until_text('Listening and understanding', '3 moments', '? keys')
        self.assertEqual(len(text.splitlines()), 55)
        self.tmux('resize-window', '-x', '60', '-y', '20')
        self.until_text('80x24')
        self.tmux('resize-window', '-x', '100', '-y', '30')
        self.until_text('Events', '? keys')
        self.keys('q')
        self.until_text('code=0')

    def test_chinese(self):
        self.start('replay', '1', LC_ALL='', LANG='zh_CN.UTF-8', LANGUAGE='zh_CN')
        text = self.until_text('客服', '客户', '事件', '评分', '打断', '退出')
        width = lambda s: sum(2 if ord(c) > 0x2e7f and c != '…' else 1 for c in s)
        for line in text.splitlines():
            self.assertLessEqual(width(line), 80, line)
        bars = {width(line.split('│')[0]) for line in text.splitlines() if '│' in line}
        self.assertEqual(len(bars), 1, text)  # the bar between the panes is straight
        self.keys('q')
        self.until_text('code=0')

    def pid(self):
        for _ in range(100):
            found = subprocess.run(['ps', '-eo', 'pid=,args='], capture_output=True, text=True, check=True).stdout
            for line in found.splitlines():
                pid, args = line.strip().split(' ', 1)
                if args.startswith(CALLQA + ' replay') and Fixture.db in args:
                    return int(pid)
            time.sleep(0.05)
        self.fail('the player is not running')
        return 0

    def test_signals_give_the_terminal_back(self):
        for sig, code in ((signal.SIGTERM, 'code=130'), (signal.SIGINT, 'code=130'), (signal.SIGSEGV, 'code=139'),
                          (signal.SIGQUIT, 'code=131')):
            with self.subTest(sig=sig):
                self.start('replay', '1')
                self.until_text('Events', '? keys')
                os.kill(self.pid(), sig)
                text = self.until_text(code)
                self.assertNotIn('Events', text)
                self.keys('stty -a', 'Enter')
                self.assertRegex(self.until_text('echoe'), r' icanon .*| echo ')
                self.tmux('kill-server')
                time.sleep(0.1)


if __name__ == '__main__':
    if not shutil.which('sox'):
        sys.exit(77)
    Fixture.start()
    try:
        unittest.main(argv=sys.argv[:1] + sys.argv[3:], verbosity=1)
    finally:
        shutil.rmtree(Fixture.folder)
