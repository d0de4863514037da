#!/usr/bin/env python3
"""web_test.py CALLQA SOURCE-ROOT [TEST...] - the review page's server from outside: its contract, and attacks on it."""
import csv
import io
import os
import re
import shutil
import socket
import sqlite3
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from server import PASSWORD, Client, Server  # noqa: E402

CALLQA = os.path.abspath(sys.argv[1])
SAMPLES = os.path.join(os.path.abspath(sys.argv[2]), 'data', 'samples')
NASTY = '<img src=x onerror=alert(1)>'


def setUpModule():
    global server, reviewer
    names = sorted(n for n in os.listdir(SAMPLES) if n.endswith('.flac'))
    server = Server(CALLQA, [(os.path.join(SAMPLES, n), f'A{i % 2}' if i else NASTY, f'2026-11-2{i}T10:00:00Z')
                             for i, n in enumerate(names)])
    reviewer = Client(server, 'reviewer')


def tearDownModule():
    reviewer.close()
    code = server.process.poll() if server.process.poll() is not None else server.stop()
    server.close()
    assert code == 0, f'the server ended with {code}'


class Page(unittest.TestCase):
    def test_the_page_and_its_files(self):
        page = Client(server).get('/calls')
        self.assertEqual(page.status, 200)
        self.assertIn('text/html', page.headers['Content-Type'])
        files = re.findall(rb'(?:src|href)="(/assets/[^"]+)"', page.body)
        self.assertGreaterEqual(len(files), 3)
        for path in [f.decode() for f in files] + ['/assets/wavesurfer.js', '/assets/uplot.js', '/favicon.ico']:
            got = Client(server).get(path)
            self.assertEqual(got.status, 200, path)
            self.assertTrue(got.body)
            again = Client(server).get(path, If_None_Match=got.headers['ETag'])
            self.assertEqual((again.status, again.body), (304, b''), path)

    def test_every_import_of_a_script_is_there(self):
        seen, left = set(), ['app.js']
        while left:
            name = left.pop()
            got = Client(server).get(f'/assets/{name}')
            self.assertEqual(got.status, 200, name)
            seen.add(name)
            left += {m.decode() for m in re.findall(rb"^import .* from '\./([^']+)'", got.body, re.M)} - seen
        self.assertIn('player.js', seen)

    def test_nothing_inline_and_nothing_from_elsewhere(self):
        page = Client(server).get('/')
        policy = page.headers['Content-Security-Policy']
        self.assertIn("default-src 'none'", policy)
        self.assertIn("script-src 'self';", policy)
        self.assertNotIn('unsafe', policy)
        self.assertNotRegex(page.body, rb'<script(?![^>]*src=)|<style|style="|onclick|https?://')
        nonce = re.search(r"'nonce-([0-9a-f]{64})'", policy).group(1)
        self.assertIn(nonce.encode(), page.body)
        self.assertNotIn(nonce, Client(server).get('/').headers['Content-Security-Policy'])

    def test_headers_of_every_answer(self):
        for path in ('/', '/assets/app.js', '/api/session', '/api/calls', '/nothing.here', '/api/calls/1/audio.wav'):
            got = reviewer.get(path)
            for name in ('Content-Security-Policy', 'X-Content-Type-Options', 'X-Frame-Options', 'Referrer-Policy'):
                self.assertTrue(got.headers[name], (path, name))
            if path.startswith('/api/'):
                self.assertEqual(got.headers['Cache-Control'], 'no-store')


class People(unittest.TestCase):
    def test_nothing_without_a_session(self):
        for path in ('/api/calls', '/api/calls/1', '/api/calls/1/audio.wav', '/api/calls/1/peaks', '/api/calls.csv',
                     '/api/users', '/api/fields'):
            got = Client(server).get(path)
            self.assertEqual((got.status, got.code), (401, 'login'), path)
        self.assertIsNone(Client(server).get('/api/session').json['user'])

    def test_the_cookie(self):
        client = Client(server)
        answer = client.login('reviewer')
        cookie = answer.headers['Set-Cookie']
        for part in ('HttpOnly', 'SameSite=Strict', 'Path=/'):
            self.assertIn(part, cookie)
        with sqlite3.connect(f'file:{server.db}?mode=ro', uri=True) as db:
            kept = ' '.join(str(row) for row in db.execute('SELECT hex(token_sha256), csrf FROM sessions'))
            self.assertNotIn(client.cookie.upper(), kept.upper())
            hashes = [h for h, in db.execute('SELECT hash FROM users')]
        self.assertTrue(all(h.startswith('$argon2id$') for h in hashes))
        self.assertEqual(len(set(hashes)), len(hashes), 'salted')

    def test_session_fixation(self):
        client = Client(server)
        client.cookie = 'a' * 64
        self.assertEqual(client.login('reviewer').status, 200)
        self.assertNotEqual(client.cookie, 'a' * 64)
        first = client.cookie
        client.login('reviewer')
        self.assertNotEqual(client.cookie, first)
        client.cookie = first
        self.assertEqual(client.get('/api/calls').status, 401, 'logging in anew ends the session before')

    def test_logout_ends_it_on_the_server(self):
        client = Client(server, 'trainer')
        self.assertEqual(client.get('/api/fields').status, 200)
        self.assertEqual(client.post('/api/logout').status, 200)
        self.assertEqual(client.get('/api/fields').status, 401)

    def test_csrf(self):
        client = Client(server, 'lead')
        for headers in ({'X_CSRF_Token': None}, {'X_CSRF_Token': 'b' * 64}, {'X_CSRF_Token': reviewer.csrf},
                        {'Origin': 'https://evil.example'}, {'Origin': 'null'}):
            got = client.post('/api/logout', **headers)
            self.assertEqual((got.status, got.code), (403, 'forbidden'), headers)
        self.assertEqual(client.get('/api/session').json['user']['name'], 'lead', 'still logged in')
        self.assertEqual(Client(server).post('/api/login', {'name': 'lead', 'password': PASSWORD},
                                             Origin='https://evil.example').status, 403)
        form = Client(server).request('POST', '/api/login', 'name=lead', Content_Type='text/plain')
        self.assertEqual(form.status, 400, 'what a form of another site can send is not read')

    def test_roles(self):
        for path in ('/api/users',):
            for role, status in (('admin', 200), ('lead', 403), ('reviewer', 403), ('trainer', 403), ('agent', 403)):
                self.assertEqual(Client(server, role).get(path).status, status, (path, role))
        self.assertEqual(Client(server, 'agent').get('/api/calls').status, 403)
        self.assertEqual(reviewer.post('/api/users', {'name': 'x', 'role': 'admin', 'password': PASSWORD}).status, 403)

    def test_users_are_added_and_changed(self):
        admin = Client(server, 'admin')
        added = admin.post('/api/users', {'name': '王芳', 'title': NASTY, 'role': 'reviewer', 'password': 'first password'})
        self.assertEqual(added.status, 200, added.body)
        self.assertEqual(admin.post('/api/users', {'name': '王芳', 'role': 'lead', 'password': PASSWORD}).status, 409)
        for wrong in ({'name': 'a\nb'}, {'name': ''}, {'role': 'king'}, {'password': 'short'}, {'name': 5}, {'name': None}):
            body = {'name': 'x', 'role': 'lead', 'password': PASSWORD, **wrong}
            self.assertEqual(admin.post('/api/users', body).status, 400, wrong)
        client = Client(server)
        self.assertEqual(client.login('王芳', 'first password').status, 200)
        path = f'/api/users/{added.json["id"]}'
        self.assertEqual(admin.post(path, {'disabled': True}).status, 200)
        self.assertEqual(client.get('/api/calls').status, 401, 'disabling ends open sessions')
        self.assertEqual(client.login('王芳', 'first password').status, 401)
        admin.post(path, {'disabled': False, 'password': 'second password'})
        self.assertEqual(client.login('王芳', 'first password').status, 401)
        self.assertEqual(client.login('王芳', 'second password').status, 200)
        changed = client.post('/api/password', {'old': 'second password', 'password': 'third password'})
        self.assertEqual(changed.status, 200, changed.body)
        self.assertEqual(Client(server).login('王芳', 'third password').status, 200)
        own = next(u['id'] for u in admin.get('/api/users').json['users'] if u['name'] == 'admin')
        self.assertEqual(admin.post(f'/api/users/{own}', {'role': 'agent'}).status, 403)

    def test_reads_and_changes_are_on_record(self):
        Client(server, 'lead').get('/api/calls/2')
        told = server.run('audit', 'list', '--db', server.db)
        for part in ('call.open', 'call:2', 'session.login', 'lead'):
            self.assertIn(part, told)


class Logins(unittest.TestCase):
    """On a server of its own: failures are counted."""

    @classmethod
    def setUpClass(cls):
        cls.server = Server(CALLQA, [], '--idle', '0.05', '--session', '0.002')

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def test_sessions_end_by_themselves(self):
        client = Client(self.server, 'lead')
        self.assertEqual(client.get('/api/fields').status, 200)
        time.sleep(4.2)
        self.assertEqual(client.get('/api/fields').status, 401, 'idle for more than 3 s')
        client.login('lead')
        begun = time.monotonic()
        while client.get('/api/fields').status == 200:
            self.assertLess(time.monotonic() - begun, 10, 'the absolute limit is 7.2 s')
            time.sleep(0.3)

    def test_guessing_is_slowed(self):
        client = Client(self.server)
        for _ in range(5):
            got = client.login('reviewer', 'wrong')
            self.assertEqual((got.status, got.code), (401, 'password'))
        got = client.login('reviewer', PASSWORD)
        self.assertEqual((got.status, got.code), (429, 'slow_down'))
        self.assertGreater(int(got.headers['Retry-After']), 200)
        self.assertEqual(client.login('REVIEWER', PASSWORD).status, 429, 'whatever the case')
        self.assertEqual(client.login('admin').status, 200, 'others are not held up')
        self.assertEqual(client.login('nobody', 'x').code, 'password', 'says nothing about names')


class Calls(unittest.TestCase):
    def test_pages_meet_without_holes(self):
        for order in ('', '-started_at', 'score', '-score', 'agent', 'duration_s', '-severity', 'agent.interruptions_per_min'):
            whole = [c['id'] for c in reviewer.get(f'/api/calls?order={order}').json['calls']]
            self.assertEqual(len(whole), 6, order)
            found, after = [], ''
            while True:
                page = reviewer.get(f'/api/calls?order={order}&limit=2&after={after}').json
                found += [c['id'] for c in page['calls']]
                if not page['next']:
                    break
                after = page['next'].replace('<', '%3C').replace('>', '%3E').replace(' ', '%20').replace('=', '%3D')
            self.assertEqual(found, whole, order)

    def test_filters_are_those_of_callqa_query(self):
        condition = 'agent.interruptions_per_min > 2 and duration_s > 40'
        wanted = server.run('query', '--db', server.db, '--where', condition, '--count').strip()
        got = reviewer.get('/api/calls?count=1&where=' + condition.replace(' ', '%20').replace('>', '%3E')).json
        self.assertEqual(str(got['count']), wanted)
        self.assertGreater(got['count'], 0)
        self.assertEqual(len(reviewer.get('/api/calls?agent=A1').json['calls']), 3)
        self.assertEqual(len(reviewer.get('/api/calls?since=2026-11-22&until=2026-11-23').json['calls']), 2)
        self.assertEqual([c['flags'] for c in reviewer.get('/api/calls?flag=dead_air').json['calls']], [['dead_air']])

    def test_mistakes_are_told(self):
        for query in ('where=%28', 'where=nosuch%3D1', 'order=nosuch', 'limit=0', 'limit=x', 'limit=99999999999999999999',
                      'after=x', 'since=yesterday', 'severity=bad', 'columns=nosuch', 'where=item.nosuch%3C3',
                      'columns=' + 'score,' * 100, '&'.join(['flag=x'] * 40)):
            got = reviewer.get(f'/api/calls?{query}')
            self.assertEqual((got.status, got.code), (400, 'bad_request'), query)
            self.assertTrue(got.json['error']['message'])

    def test_csv_is_what_is_shown(self):
        got = reviewer.get('/api/calls.csv?order=score&columns=agent.interruptions')
        self.assertEqual(got.status, 200)
        self.assertIn('attachment', got.headers['Content-Disposition'])
        rows = list(csv.reader(io.StringIO(got.body.decode('utf-8-sig'))))
        self.assertEqual(len(rows), 7)
        shown = [c['file'] for c in reviewer.get('/api/calls?order=score').json['calls']]
        self.assertEqual([next(c for c in row if c.endswith('.flac')) for row in rows[1:]], shown)

    def test_a_call(self):
        call = reviewer.get('/api/calls/1').json
        self.assertEqual(call['analysis']['recording']['path'], 'cuts-in-zh.flac', 'no folder is told')
        self.assertNotIn(SAMPLES, str(call))
        self.assertEqual(call['form']['id'], 'skills-form')
        self.assertEqual({i['id'] for i in call['form']['items']}, {i['id'] for i in call['analysis']['scorecard']['items']})
        self.assertEqual(call['analysis']['call']['agent'], NASTY, 'kept as it is: the page makes text of it')

    def test_there_is_no_such_call(self):
        for path in ('/api/calls/999', '/api/calls/0', '/api/calls/999/audio.wav', '/api/calls/999/peaks',
                     '/api/calls/999999999999999999', '/api/calls/9999999999999999999999', '/api/calls/-1', '/api/calls/1x',
                     '/api/calls/', '/api/', '/api/calls/1/'):
            self.assertEqual(reviewer.get(path).status, 404, path)
        self.assertEqual(reviewer.post('/api/calls').status, 405)


class Reviews(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.own = Client(server, 'reviewer')
        cls.agent = Client(server, 'agent')
        with sqlite3.connect(server.db) as db: # who the agent of call 4 is
            db.execute("UPDATE calls SET agent = 'agent' WHERE id = 4")
        cls.review = cls.own.post('/api/calls/4/reviews').json

    @classmethod
    def tearDownClass(cls):
        cls.own.close()
        cls.agent.close()

    def path(self, what=''):
        return f'/api/reviews/{self.review["id"]}{what}'

    def test_1_a_draft_is_its_reviewers_own(self):
        self.assertEqual((self.review['state'], self.review['reviewer']), ('draft', 'reviewer'))
        self.assertEqual(self.own.post('/api/calls/4/reviews').status, 409, 'one a person')
        got = self.own.post(self.path('/item'), {'item': 'responsibility', 'mark': 'score', 'score': 4.5, 'remark': NASTY})
        self.assertEqual(got.status, 200, got.body)
        kept = next(i for i in self.own.get(self.path()).json['items'] if i['id'] == 'responsibility')
        self.assertEqual((kept['mark'], kept['score'], kept['remark']), ('score', 4.5, NASTY))
        other = Client(server, 'trainer')
        self.assertEqual(other.post(self.path('/item'), {'item': 'responsibility', 'mark': 'score', 'score': 1}).status, 403)
        seen = other.get(self.path()).json
        self.assertEqual((seen['hidden'], seen['items']), (True, []))
        self.assertEqual(self.agent.get(self.path()).status, 403, 'a draft')

    def test_2_mistakes(self):
        for wrong in ({}, {'item': 'responsibility'}, {'item': 'nosuch', 'mark': 'score', 'score': 3},
                      {'item': 'responsibility', 'mark': 'score'}, {'item': 'responsibility', 'mark': 'score', 'score': 9},
                      {'item': 'responsibility', 'mark': 'score', 'score': '3'}, {'item': 'responsibility', 'mark': 'x'},
                      {'item': 'responsibility', 'mark': 'score', 'score': 3, 'clip': [1]},
                      {'item': 'responsibility', 'mark': 'score', 'score': 3, 'clip': [5, 2]},
                      {'item': 'responsibility', 'mark': 'score', 'score': 3, 'remark': 'x' * 3000}):
            self.assertIn(self.own.post(self.path('/item'), wrong).status, (400, 404), wrong)
        self.assertEqual(self.own.post('/api/reviews/999/item', {'item': 'a', 'mark': 'none'}).status, 404)
        self.assertEqual(self.own.post('/api/calls/999/reviews').status, 404)
        got = self.own.post(self.path('/submit'))
        self.assertEqual((got.status, got.code), (409, 'incomplete'))

    def test_3_submit_dispute_decide(self):
        self.assertEqual(self.own.post(self.path('/remark'), {'remark': 'a good call'}).json['remark'], 'a good call')
        done = self.own.post(self.path('/submit'), {'open_na': True}).json
        self.assertEqual(done['state'], 'submitted')
        self.assertIsNotNone(done['total'])
        self.assertEqual(self.own.post(self.path('/item'), {'item': 'responsibility', 'mark': 'score', 'score': 1}).status, 400)
        self.assertEqual([r['id'] for r in self.agent.get('/api/reviews').json['reviews']], [self.review['id']])
        self.assertEqual(self.agent.get(self.path()).json['remark'], 'a good call')
        self.assertEqual(self.agent.post(self.path('/dispute'), {'reason': 'unfair'}).json['state'], 'disputed')
        self.assertEqual(self.own.post(self.path('/resolve'), {'resolution': 'no'}).status, 403, 'no lead')
        lead = Client(server, 'lead')
        got = lead.post(self.path('/resolve'), {'resolution': 'half a point', 'finals': [
            {'item': 'responsibility', 'mark': 'score', 'score': 5}]})
        self.assertEqual((got.status, got.json['state']), (200, 'resolved'), got.body)

    def test_4_an_agent_sees_their_own_calls_alone(self):
        for what, status in (('', 200), ('/peaks', 200), ('/audio.wav', 200), ('/reviews', 200)):
            self.assertEqual(self.agent.get(f'/api/calls/4{what}').status, status, what)
            self.assertEqual(self.agent.get(f'/api/calls/3{what}').status, 403, what)
        self.assertEqual(self.agent.post('/api/calls/4/reviews').status, 403)
        self.assertEqual(self.agent.get('/api/calls').status, 403)
        self.assertEqual(self.agent.get('/api/calls.csv').status, 403)


class Sound(unittest.TestCase):
    def audio(self, **headers):
        return reviewer.get('/api/calls/1/audio.wav', **headers)

    def test_it_is_a_wav_of_the_whole_call(self):
        got = self.audio()
        self.assertEqual((got.status, got.headers['Content-Type'], got.headers['Accept-Ranges']), (200, 'audio/wav', 'bytes'))
        riff, size, fmt, pcm, channels, rate, _, frame, bits, data, n = struct.unpack('<4sI8s4xHHIIHH4sI', got.body[:44])
        self.assertEqual((riff, fmt, pcm, channels, rate, frame, bits, data),
                         (b'RIFF', b'WAVEfmt ', 1, 2, 8000, 4, 16, b'data'))
        self.assertEqual((size, n), (len(got.body) - 8, len(got.body) - 44))
        self.assertAlmostEqual(n / 4 / 8000, reviewer.get('/api/calls/1').json['analysis']['recording']['duration_s'], 3)
        samples = struct.unpack(f'<{n // 2}h', got.body[44:])
        self.assertGreater(max(samples[:2 * 8000 * 4:2]), 3000, 'the agent speaks at first, on the left')
        self.assertLess(max(samples[1:2 * 8000 * 3:2]), 500)

    def test_ranges(self):
        whole = self.audio().body
        n = len(whole)
        for asked, first, last in (('0-0', 0, 0), ('0-43', 0, 43), ('40-100', 40, 100), ('101-1100', 101, 1100),
                                   ('45-', 45, n - 1), ('-5', n - 5, n - 1), (f'-{n + 100}', 0, n - 1),
                                   (f'{n - 1}-{n + 500}', n - 1, n - 1), ('163841-500000', 163841, 500000)):
            got = self.audio(Range=f'bytes={asked}')
            self.assertEqual((got.status, got.headers['Content-Range']), (206, f'bytes {first}-{last}/{n}'), asked)
            self.assertEqual(got.body, whole[first:last + 1], asked)

    def test_range_abuse(self):
        n = len(self.audio().body)
        for asked in (f'bytes={n}-', 'bytes=99999999999-', 'bytes=-0'):
            got = self.audio(Range=asked)
            self.assertEqual((got.status, got.headers['Content-Range']), (416, f'bytes */{n}'), asked)
        for asked in ('bytes=5-2', 'bytes=', 'bytes=-', 'bytes=a-b', 'items=0-1', 'bytes=0-1,' * 500 + '5-6', 'bytes=0x1-2',
                      'bytes=99999999999999999999999-', 'bytes=--5', 'bytes=+1-2 '):
            got = self.audio(Range=asked)
            self.assertIn(got.status, (200, 206, 416), asked)

    def test_peaks_come_with_the_analysis(self):
        with sqlite3.connect(server.db) as db:
            kept = dict(db.execute('SELECT call_id, levels FROM peaks'))
            self.assertEqual(sorted(kept), [1, 2, 3, 4, 5, 6], 'before anybody has opened a call')
            first = reviewer.get('/api/calls/2/peaks')
            self.assertEqual((first.status, first.headers['X-Channels']), (200, '2'))
            self.assertEqual(first.body, kept[2])
            self.assertGreater(max(first.body), 50)
            db.execute('DELETE FROM peaks WHERE call_id = 2') # a call of an older version has none
            db.commit()
            self.assertEqual(reviewer.get('/api/calls/2/peaks').body, kept[2], 'measured on opening: the same')
            self.assertEqual(db.execute('SELECT levels FROM peaks WHERE call_id = 2').fetchone()[0], kept[2], 'and kept')
        for call in range(1, 7):
            mixed = 'mono' in reviewer.get(f'/api/calls/{call}').json['analysis']['recording']['path']
            self.assertEqual(reviewer.get(f'/api/calls/{call}/peaks').headers['X-Channels'], '1' if mixed else '2')

    def test_parties_exchanged(self):
        """What was the agent's is the customer's: measures, sound and shape; and back again."""
        def state():
            a = reviewer.get('/api/calls/1').json['analysis']
            return (a['metrics']['agent']['speech_s'], a['metrics']['customer']['speech_s'], a['scorecard']['total'])
        before, shape, sound = state(), reviewer.get('/api/calls/1/peaks').body, reviewer.get('/api/calls/1/audio.wav').body
        n = len(shape) // 2
        self.assertEqual(Client(server, 'agent').post('/api/calls/1/swap').status, 403)
        self.assertEqual(reviewer.request('POST', '/api/calls/1/swap', {}, X_CSRF_Token='x').status, 403)
        self.assertEqual(reviewer.post('/api/calls/1/swap').status, 200)
        now = state()
        self.assertEqual((now[0], now[1]), (before[1], before[0]))
        self.assertNotEqual(now[2], before[2], 'scored at once')
        self.assertEqual(reviewer.get('/api/calls/1/peaks').body, shape[n:] + shape[:n])
        other = reviewer.get('/api/calls/1/audio.wav').body
        self.assertEqual((other[44::4], other[45::4], other[46::4], other[47::4]), (sound[46::4], sound[47::4], sound[44::4], sound[45::4]))
        self.assertIn('call.swap', server.run('audit', '--db', server.db, '--action', 'call.swap'))
        self.assertEqual(reviewer.post('/api/calls/1/swap').status, 200)
        self.assertEqual(state(), before)
        self.assertEqual(reviewer.get('/api/calls/1/audio.wav').body, sound)
        self.assertEqual(reviewer.post('/api/calls/999/swap').status, 404)

    def test_what_is_usual(self):
        got = reviewer.get('/api/calls/2/ranges').json
        self.assertEqual((got['team']['of'], got['team']['calls']), ('sales', 5))
        low, middle, high = got['team']['duration_s']
        self.assertTrue(0 < low <= middle <= high)
        self.assertLess(got['agent']['calls'], 5)
        self.assertEqual(Client(server, 'agent').get('/api/calls/2/ranges').status, 403, 'a call of somebody else')

    def test_a_recording_that_is_gone(self):
        path = os.path.join(server.folder, 'gone.flac')
        with open(os.path.join(SAMPLES, 'hold-en.flac'), 'rb') as f, open(path, 'wb') as g:
            g.write(f.read() + b'\0')
        server.run('analyze', '--quiet', '--db', server.db, '--agent', 'gone', path)
        os.remove(path)
        call = reviewer.get('/api/calls?agent=gone').json['calls'][0]['id']
        self.assertEqual(reviewer.get(f'/api/calls/{call}/peaks').status, 200, 'what is stored needs no file')
        with sqlite3.connect(server.db) as db:
            db.execute('DELETE FROM peaks WHERE call_id = ?', (call,))
        for what in ('audio.wav', 'peaks'):
            got = reviewer.get(f'/api/calls/{call}/{what}')
            self.assertEqual((got.status, got.code), (404, 'not_found'))
            self.assertNotIn(server.folder, got.body.decode())
        with sqlite3.connect(server.db) as db:
            db.execute('PRAGMA foreign_keys = ON')
            db.execute('DELETE FROM calls WHERE id = ?', (call,))


FFMPEG = shutil.which('ffmpeg')
FORMATS = {'ulaw.wav': ['-c:a', 'pcm_mulaw'], 'alaw.wav': ['-c:a', 'pcm_alaw'], 'adpcm.wav': ['-c:a', 'adpcm_ima_wav'],
           'gsm.wav': ['-c:a', 'libgsm_ms'], 'x.amr': ['-c:a', 'libopencore_amrnb', '-b:a', '12.2k'], 'g722.wav': ['-ar', '16000', '-c:a', 'g722'],
           'x.mp3': ['-ar', '16000', '-c:a', 'libmp3lame'], 'x.m4a': ['-ar', '16000', '-c:a', 'aac'], 'x.opus': ['-ar', '16000', '-c:a', 'libopus'],
           'x.ogg': ['-ar', '16000', '-c:a', 'libvorbis']}
STEP = 16 # samples of an envelope's frame: 2 ms


@unittest.skipUnless(FFMPEG, 'there is no ffmpeg to encode with')
class Formats(unittest.TestCase):
    """Whatever the recording is, a byte range of it is the moment that was asked for."""

    @classmethod
    def tearDownClass(cls):
        with sqlite3.connect(server.db) as db:
            db.execute('PRAGMA foreign_keys = ON')
            db.execute("DELETE FROM calls WHERE agent GLOB 'format-*'")

    def envelope(self, data):
        x = struct.unpack(f'<{len(data) // 2}h', data)
        return [sum(map(abs, x[i:i + STEP])) for i in range(0, len(x) - STEP + 1, STEP)]

    def lag_ms(self, a, b, most=60):
        """Of b behind a, where the two fit best."""
        mean_a, mean_b = sum(a) / len(a), sum(b) / len(b)
        a, b = [v - mean_a for v in a], [v - mean_b for v in b]
        n = len(a) - 2 * most
        best = max(range(-most, most + 1), key=lambda k: sum(x * y for x, y in zip(a[most:most + n], b[most + k:most + k + n])))
        return best * STEP / 8

    def test_seeking_is_exact_in_every_format(self):
        source = os.path.join(SAMPLES, 'good-en.flac')
        folder = tempfile.mkdtemp(dir=server.folder)
        known = subprocess.run([FFMPEG, '-hide_banner', '-encoders'], capture_output=True, text=True, check=True).stdout
        plain = subprocess.run([FFMPEG, '-v', 'error', '-i', source, '-ac', '1', '-ar', '8000', '-f', 's16le', '-'],
                               capture_output=True, check=True).stdout
        n = 0
        for name, how in FORMATS.items():
            if f' {how[how.index("-c:a") + 1]} ' not in known:
                continue
            path = os.path.join(folder, name)
            subprocess.run([FFMPEG, '-v', 'error', '-i', source, '-ac', '1', '-ar', '8000', *how, path], check=True)
            server.run('analyze', '--quiet', '--db', server.db, '--agent', f'format-{name}', path)
            call = reviewer.get(f'/api/calls?agent=format-{name}').json['calls'][0]['id']
            for at_s in (3, 17.5, 31): # never from the beginning on: as a player seeks
                first = 44 + int(at_s * 8000) * 2
                got = reviewer.get(f'/api/calls/{call}/audio.wav', Range=f'bytes={first}-{first + 2 * 16000 * 2 - 1}')
                self.assertEqual(got.status, 206, name)
                want = plain[first - 44:first - 44 + len(got.body)]
                self.assertLessEqual(abs(self.lag_ms(self.envelope(want), self.envelope(got.body))), 10, (name, at_s))
            n += 1
        self.assertGreater(n, 3)

    def test_formats_that_nobody_encodes_here(self):
        """AMR-WB and headerless G.729: as long as the analysis says, and a range is that part of the whole."""
        for name in ('x.g729', 'wb.awb'):
            path = os.path.join(os.path.abspath(sys.argv[2]), 'tests', 'unit', 'audio', 'data', name)
            server.run('analyze', '--quiet', '--db', server.db, '--agent', f'format-{name}', path)
            call = reviewer.get(f'/api/calls?agent=format-{name}').json['calls'][0]['id']
            whole = reviewer.get(f'/api/calls/{call}/audio.wav')
            length_s = reviewer.get(f'/api/calls/{call}').json['analysis']['recording']['duration_s']
            self.assertAlmostEqual((len(whole.body) - 44) / 16000, length_s, 2, name)
            self.assertGreater(max(whole.body[44:]), 0, name)
            middle = len(whole.body) // 2
            self.assertEqual(reviewer.get(f'/api/calls/{call}/audio.wav', Range=f'bytes={middle}-').body, whole.body[middle:], name)


class Examples(unittest.TestCase):
    """Moments for trainers: who may keep them, and what leaves the house."""

    def test_roles(self):
        trainer, agent = Client(server, 'trainer'), Client(server, 'agent')
        self.addCleanup(trainer.close)
        self.addCleanup(agent.close)
        body = {'call': 1, 'from': 5, 'to': 9.5, 'item': 'listening', 'title': NASTY, 'why': 'cuts in', 'good': False}
        self.assertEqual(reviewer.post('/api/examples', body).status, 403)
        self.assertEqual(agent.post('/api/examples', body).status, 403)
        made = trainer.post('/api/examples', body)
        self.assertEqual(made.status, 200, made.body)
        self.assertEqual(trainer.post('/api/examples', body).status, 409)
        (one,) = reviewer.get('/api/examples?item=listening&good=0').json['examples']
        self.assertEqual((one['title'], one['call'], one['start'], one['end'], one['good']), (NASTY, 1, 5, 9.5, False))
        self.assertIn('en', one['label'])
        self.assertEqual(reviewer.get('/api/examples?good=1').json['examples'], [])
        for path in ('/api/examples', f'/api/examples/{one["id"]}/audio.wav', '/api/playlists', '/api/calls/1/clip.wav?from=1&to=2'):
            self.assertEqual(agent.get(path).status, 403, path)
            self.assertEqual(Client(server).get(path).status, 401, path)
        self.assertEqual(reviewer.request('DELETE', f'/api/examples/{one["id"]}').status, 403)

        for wrong in ({'call': 999}, {'from': 9, 'to': 5}, {'to': 9999}, {'item': 'nosuch'}, {'title': ''}, {'good': 'yes'},
                      {'from': -1}, {'call': '1'}, {'title': 'x' * 5000}):
            got = trainer.post('/api/examples', {**body, **wrong})
            self.assertIn(got.status, (400, 404), (wrong, got.body))

        lists = trainer.post('/api/playlists', {'name': 'week 48', 'examples': [one['id'], one['id']]}).json['playlists']
        self.assertEqual(lists, [{'name': 'week 48', 'examples': [one['id'], one['id']]}])
        self.assertEqual(reviewer.post('/api/playlists', {'name': 'mine', 'examples': [one['id']]}).status, 403)
        self.assertEqual(trainer.post('/api/playlists', {'name': 'x', 'examples': [12345]}).status, 404)
        self.assertEqual(reviewer.get('/api/playlists').json['playlists'], lists, 'a list that could not be made is not half made')
        self.assertEqual(trainer.post('/api/playlists', {'name': 'week 48', 'examples': []}).json['playlists'], [])
        self.assertEqual(trainer.post('/api/playlists', {'name': 'week 48', 'examples': []}).status, 404)

        whole = reviewer.get(f'/api/examples/{one["id"]}/audio.wav')
        self.assertEqual((whole.status, whole.headers['Content-Type'], len(whole.body)), (200, 'audio/wav', 44 + int(4.5 * 8000) * 4))
        self.assertEqual(reviewer.get(f'/api/examples/{one["id"]}/audio.wav', Range='bytes=44-99').body, whole.body[44:100])
        self.assertEqual(trainer.request('DELETE', f'/api/examples/{one["id"]}').status, 200)
        self.assertEqual(reviewer.get(f'/api/examples/{one["id"]}/audio.wav').status, 404)
        audit = server.run('audit', '--db', server.db)
        for action in ('example.add', 'example.remove', 'playlist.set', 'playlist.remove'):
            self.assertIn(action, audit)

    def clip(self, query):
        got = reviewer.get(f'/api/calls/1/clip.wav?{query}')
        self.assertEqual(got.status, 200, got.body[:200])
        samples = struct.unpack(f'<{(len(got.body) - 44) // 2}h', got.body[44:])
        return got, samples[::2], samples[1::2]

    def test_a_clip_is_what_the_call_has_there(self):
        whole = reviewer.get('/api/calls/1/audio.wav').body[44:]
        _, agent, customer = self.clip('from=5&to=12')
        self.assertEqual(len(agent), 7 * 8000)
        want = struct.unpack(f'<{7 * 8000 * 2}h', whole[5 * 8000 * 4:12 * 8000 * 4])
        for lane, before in ((agent, want[::2]), (customer, want[1::2])): # but for what the limiter has to hold down
            self.assertGreater(sum(abs(a - b) < 64 for a, b in zip(lane, before)), 0.97 * len(lane))

    def test_what_is_muted_is_silent_to_the_sample(self):
        _, agent, customer = self.clip('from=5&to=12&mute=6.5-8&mute=10-10.25')
        plain = self.clip('from=5&to=12')[1:]
        for lane, before in zip((agent, customer), plain):
            self.assertEqual(set(lane[int(1.5 * 8000):3 * 8000]), {0})
            self.assertEqual(set(lane[5 * 8000:int(5.25 * 8000)]), {0})
            self.assertEqual(lane[:8000], before[:8000])
        self.assertGreater(max(map(max, plain)), 1000)

    def test_the_customer_is_disguised(self):
        _, _, plain = self.clip('from=5&to=25')
        _, _, other = self.clip('from=5&to=25&disguise=1')
        self.assertEqual(len(plain), len(other))
        loud = sum(v * v for v in plain)
        self.assertGreater(sum((a - b) ** 2 for a, b in zip(plain, other)), loud / 2)
        self.assertGreater(sum(v * v for v in other), loud / 10, 'changed, not lost')

    def test_what_is_no_clip(self):
        for query in ('', 'from=1', 'from=5&to=5', 'from=9&to=2', 'from=a&to=b', 'from=-1&to=4', 'from=900&to=905', 'from=0&to=99999',
                      'from=nan&to=3', 'from=1&to=2&mute=5', 'from=1&to=2&mute=4-3', 'from=1&to=2' + '&mute=1-2' * 40):
            self.assertEqual(reviewer.get(f'/api/calls/1/clip.wav?{query}').status, 400, query)
        self.assertEqual(reviewer.get('/api/calls/999/clip.wav?from=1&to=2').status, 404)

    def test_an_export_is_in_the_audit(self):
        got, _, _ = self.clip('from=5&to=6&disguise=1&mute=5.2-5.4&download=1')
        self.assertEqual(got.headers['Content-Disposition'], 'attachment; filename="callqa-call-1.wav"')
        audit = server.run('audit', '--db', server.db, '--action', 'clip.export')
        self.assertIn('"disguised":true,"muted":1', audit)


class Attacks(unittest.TestCase):
    def raw(self, data, seconds=3):
        with socket.create_connection(('127.0.0.1', server.port), timeout=seconds) as s:
            try:
                s.sendall(data)
                got = b''
                while True:
                    block = s.recv(65536)
                    if not block:
                        return got
                    got += block
                    if b'\r\n\r\n' in got and len(got) > 100:
                        return got
            except (ConnectionError, TimeoutError):
                return b''

    def test_path_traversal(self):
        for path in ('/assets/../web.h', '/assets/..%2f..%2fetc/passwd', '/assets/%2e%2e/%2e%2e/etc/passwd',
                     '/../../../../etc/passwd', '/assets//etc/passwd', '/assets/app.js%00.html', '/assets/', '/assets',
                     '/api/calls/1/audio.wav/../../../etc/passwd', '//etc/passwd', '/assets/.', '/calls.db'):
            got = self.raw(f'GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'.encode())
            self.assertNotIn(b'root:', got)
            self.assertRegex(got, rb'^(HTTP/1\.[01] (404|400)|HTTP/1\.1 200 [^\0]*<!doctype html>|HTTP/1\.1 200 OK|HTTP/1\.1 401)')

    def test_oversized(self):
        head = b'POST /api/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n'
        self.assertRegex(self.raw(head + b'Content-Length: 99999999999\r\n\r\n{'), rb'^HTTP/1\.1 413')
        self.assertRegex(self.raw(head + b'Content-Length: 99999999999999999999999999\r\n\r\n'), rb'^(HTTP/1\.1 4|$)')
        self.assertRegex(self.raw(b'GET / HTTP/1.1\r\nHost: x\r\nX: ' + b'a' * 200000 + b'\r\n\r\n'), rb'^(HTTP/1\.[01] 4|$)')
        self.assertRegex(self.raw(b'GET /' + b'a' * 200000 + b' HTTP/1.1\r\nHost: x\r\n\r\n'), rb'^(HTTP/1\.[01] 4|$)')
        chunk = b'10000\r\n' + b'x' * 65536 + b'\r\n'
        self.assertRegex(self.raw(head + b'Transfer-Encoding: chunked\r\n\r\n' + chunk * 8 + b'0\r\n\r\n'), rb'^HTTP/1\.1 413')
        deep = '[' * 100000
        got = Client(server).request('POST', '/api/login', deep, Content_Type='application/json')
        self.assertEqual(got.status, 400)

    def test_many_arguments(self):
        self.assertEqual(reviewer.get('/api/calls?' + '&'.join(f'a{i}=1' for i in range(200))).status, 200)
        query = '&'.join(f'a{i}=1' for i in range(3000))
        self.assertRegex(self.raw(f'GET /api/session?{query} HTTP/1.1\r\nHost: x\r\n\r\n'.encode()), rb'^(HTTP/1\.1 4|$)')

    def test_nonsense(self):
        for data in (b'\0\1\2\3\r\n\r\n', b'GET\r\n\r\n', b'HELO there\r\n\r\n', b'GET / HTTP/9.9\r\n\r\n', b'\r\n' * 1000,
                     b'TRACE / HTTP/1.1\r\nHost: x\r\n\r\n', b'DELETE /api/calls HTTP/1.1\r\nHost: x\r\n\r\n'):
            got = self.raw(data, 2)
            self.assertNotRegex(got, rb'^HTTP/1\.[01] (2|50[0-4])', data)
        self.assertEqual(reviewer.get('/api/session').status, 200)

    def test_bad_bodies(self):
        for body in ('', '[]', 'null', '{', '{"name": 1}', '{"name": "a"}', '{"name": "a", "name": "b"}',
                     '{"name": "' + 'a' * 100 + '", "password": "x"}', '\ud800'.encode('utf-16-le', 'surrogatepass')):
            got = Client(server).request('POST', '/api/login', body, Content_Type='application/json')
            self.assertEqual((got.status, got.code), (400, 'bad_request'), body)

    def test_slow_clients_hold_up_nobody(self):
        lazy = [socket.create_connection(('127.0.0.1', server.port)) for _ in range(100)]
        try:
            for s in lazy:
                s.sendall(b'GET /api/session HTTP/1.1\r\nHo')
            begun = time.monotonic()
            self.assertEqual(Client(server).get('/api/session').status, 200)
            self.assertLess(time.monotonic() - begun, 2)
        finally:
            for s in lazy:
                s.close()


class Crowd(unittest.TestCase):
    def test_200_clients_lose_no_write(self):
        """Each adds a user and opens a call, all at once; every one of both must be there afterwards."""
        admin = Client(server, 'admin')
        answers, n = [None] * 200, 200

        def work(i):
            client = Client(server)
            client.cookie, client.csrf = admin.cookie, admin.csrf
            try:
                opened = client.get('/api/calls/3').status
                # a password of its own would cost 200 hashes of 64 MiB; changing a role is as much of a write
                changed = client.post(f'/api/users/{ids[i % len(ids)]}', {'role': ('lead', 'trainer')[i & 1]}).status
                answers[i] = (opened, changed)
            except OSError as e:
                answers[i] = e
            finally:
                client.close()

        ids = [admin.post('/api/users', {'name': f'crowd{i}', 'role': 'lead', 'password': PASSWORD}).json['id'] for i in range(3)]
        with sqlite3.connect(f'file:{server.db}?mode=ro', uri=True) as db:
            count = "SELECT sum(action = 'call.open'), sum(action = 'user.change') FROM audit"
            before = db.execute(count).fetchone()
            threads = [threading.Thread(target=work, args=(i,)) for i in range(n)]
            for t in threads:
                t.start()
            for t in threads:
                t.join(120)
            self.assertEqual([a for a in answers if a != (200, 200)], [])
            after = db.execute(count).fetchone()
        self.assertEqual((after[0] - before[0], after[1] - before[1]), (n, n))
        self.assertIn('sound', server.run('db', 'check', '--db', server.db))


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
