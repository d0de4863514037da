#!/usr/bin/env python3
"""lists_test.py CALLQA SOURCE-ROOT - what leads and reviewers work from: status of calls, saved queries, assignments,
exports."""
import csv
import io
import os
import re
import sqlite3
import sys
import unittest
import xml.etree.ElementTree
import zipfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from server import Client, Server  # noqa: E402

CALLQA = os.path.abspath(sys.argv[1])
SAMPLES = os.path.join(os.path.abspath(sys.argv[2]), 'data', 'samples')
FORMULA = '=HYPERLINK("http://x")\x01'
SHEET = '{http://schemas.openxmlformats.org/spreadsheetml/2006/main}'


def setUpModule():
    global server, reviewer, lead
    names = sorted(n for n in os.listdir(SAMPLES) if n.endswith('.flac'))
    server = Server(CALLQA, [(os.path.join(SAMPLES, n), f'A{i % 2}', f'2026-11-2{i}T10:00:00Z') for i, n in enumerate(names)])
    with sqlite3.connect(server.db) as db:
        db.execute('UPDATE calls SET queue = ? WHERE id = 2', (FORMULA,))
    reviewer, lead = Client(server, 'reviewer'), Client(server, 'lead')


def tearDownModule():
    reviewer.close()
    lead.close()
    server.close()


def audited(action):
    with sqlite3.connect(f'file:{server.db}?mode=ro', uri=True) as db:
        return db.execute('SELECT who, subject, after_json FROM audit WHERE action = ? ORDER BY id', (action,)).fetchall()


class Status(unittest.TestCase):
    def found(self, client, status):
        return {c['id']: c for c in client.get(f'/api/calls?review={status}').json['calls']}

    def test_from_new_to_disputed(self):
        self.assertEqual(len(self.found(reviewer, 'new')), 6)
        self.assertEqual(self.found(reviewer, 'mine'), {})
        review = reviewer.post('/api/calls/1/reviews').json['id']
        self.assertEqual(set(self.found(reviewer, 'mine')), {1}, 'one\'s draft')
        self.assertEqual(len(self.found(reviewer, 'new')), 5)
        self.assertEqual(len(self.found(lead, 'new')), 6, 'a draft of somebody else')
        reviewer.post(f'/api/reviews/{review}/submit', {'open_na': True})
        for client in (reviewer, lead):
            self.assertEqual(set(self.found(client, 'done')), {1})
            self.assertEqual(self.found(client, 'done')[1]['review'], 'done')
            self.assertNotIn(1, self.found(client, 'new'))
        lead.post(f'/api/reviews/{review}/dispute', {'reason': 'no'})
        self.assertEqual(set(self.found(lead, 'disputed')), {1})
        self.assertEqual(self.found(lead, 'done'), {})
        whole = {c['id']: c['review'] for c in lead.get('/api/calls').json['calls']}
        self.assertEqual({s for s in whole.values()}, {'new', 'disputed'})
        by_flag = lead.get('/api/calls?flag=dead_air&review=new&count=1').json
        self.assertEqual(by_flag['count'], len(by_flag['calls']))
        self.assertEqual(by_flag['count'], 1)

    def test_what_others_review_is_for_leads(self):
        self.assertEqual(reviewer.get('/api/calls?assigned=trainer').status, 403)
        self.assertEqual(reviewer.get('/api/calls?reviewed_by=trainer').status, 403)
        self.assertEqual(reviewer.get('/api/calls?assigned=reviewer').status, 200)
        self.assertEqual(lead.get('/api/calls?assigned=trainer').json['calls'], [])
        self.assertEqual(reviewer.get('/api/calls?review=x').status, 400)


class Work(unittest.TestCase):
    def test_1_picked_calls(self):
        names = {r['name']: r['open'] for r in lead.get('/api/reviewers').json['reviewers']}
        self.assertEqual(names, {'admin': 0, 'lead': 0, 'reviewer': 0, 'trainer': 0})
        got = lead.post('/api/assignments', {'calls': [2, 3, 3, 4], 'reviewers': ['trainer', 'reviewer'], 'due': '2026-12-01'})
        self.assertEqual((got.status, got.json), (200, {'assigned': 3, 'of': 3}), got.body)
        open_ = {r['name']: r['open'] for r in lead.get('/api/reviewers').json['reviewers']}
        self.assertEqual(sorted((open_['trainer'], open_['reviewer'])), [1, 2], 'spread evenly')
        of = {name: {c['id'] for c in lead.get(f'/api/calls?assigned={name}').json['calls']} for name in ('trainer', 'reviewer')}
        self.assertEqual(of['trainer'] | of['reviewer'], {2, 3, 4})
        self.assertEqual(of['trainer'] & of['reviewer'], set())
        mine = reviewer.get('/api/calls?review=mine').json['calls']
        self.assertEqual({c['id'] for c in mine}, of['reviewer'])
        self.assertTrue(all(c['due_at'].startswith('2026-12-0') for c in mine))
        theirs = next(c for c in reviewer.get('/api/calls').json['calls'] if c['id'] in of['trainer'])
        self.assertIsNone(theirs['assigned_to'], 'who else reviews it is for leads to see')
        self.assertEqual(next(c for c in lead.get('/api/calls').json['calls'] if c['id'] == theirs['id'])['assigned_to'], 'trainer')
        self.assertEqual(audited('calls.assign')[-1][0], 'lead')
        self.assertIn('lead', server.run('audit', 'list', '--db', server.db, '--action', 'calls.assign'))

    def test_2_the_first_of_a_filter(self):
        got = lead.post('/api/assignments?order=started_at&review=new', {'first': 2, 'untouched': True, 'reviewers': ['admin']})
        self.assertEqual(got.json, {'assigned': 2, 'of': 2}, got.body)
        with sqlite3.connect(f'file:{server.db}?mode=ro', uri=True) as db:
            calls = [c for c, in db.execute("SELECT call_id FROM assignments WHERE reviewer = 'admin' ORDER BY 1")]
            twice = db.execute('SELECT call_id FROM assignments GROUP BY call_id HAVING count(*) > 1').fetchall()
        self.assertEqual((len(calls), twice), (2, []), 'only calls that nobody was to review')
        self.assertIn('"review":"new"', audited('calls.assign')[-1][2].replace(' ', ''))

    def test_3_mistakes(self):
        for wrong in ({}, {'calls': []}, {'calls': [2]}, {'calls': [2], 'reviewers': []}, {'calls': [2], 'reviewers': ['nobody']},
                      {'calls': [2], 'reviewers': ['agent']}, {'calls': ['2'], 'reviewers': ['trainer']}, {'calls': [0.5], 'reviewers': ['trainer']},
                      {'first': 0, 'reviewers': ['trainer']}, {'first': 99999, 'reviewers': ['trainer']},
                      {'calls': [2], 'reviewers': ['trainer'], 'due': 'soon'}, {'calls': [2], 'reviewers': 'trainer'}):
            self.assertEqual(lead.post('/api/assignments', wrong).status, 400, wrong)
        self.assertEqual(lead.post('/api/assignments', {'calls': [999], 'reviewers': ['trainer']}).status, 404)
        self.assertEqual(lead.post('/api/assignments?where=(', {'first': 1, 'reviewers': ['trainer']}).status, 400)
        for client in (reviewer, Client(server, 'agent'), Client(server, 'trainer')):
            self.assertEqual(client.post('/api/assignments', {'calls': [2], 'reviewers': ['trainer']}).status, 403)
            self.assertEqual(client.get('/api/reviewers').status, 403)


class Queries(unittest.TestCase):
    def test_kept_renamed_shared_removed(self):
        add = lambda client, **body: client.post('/api/queries', {'name': 'bad calls', 'query': 'severity=critical', **body})
        own = add(reviewer)
        self.assertEqual(own.status, 200, own.body)
        self.assertEqual(add(reviewer).status, 409, 'one a name')
        self.assertEqual(add(reviewer, name='x', shared=True).status, 403, 'a lead shares')
        self.assertEqual(lead.get('/api/queries').json['queries'], [], 'somebody else\'s')
        shared = add(lead, name='<img src=x>', shared=True).json['id']
        seen = reviewer.get('/api/queries').json['queries']
        self.assertEqual([(q['name'], q['own'], q['owner']) for q in seen],
                         [('<img src=x>', False, 'lead'), ('bad calls', True, 'reviewer')])
        self.assertEqual(reviewer.post(f'/api/queries/{shared}', {'name': 'mine now'}).status, 404, 'only one\'s own')
        self.assertEqual(reviewer.request('DELETE', f'/api/queries/{shared}').status, 404)
        path = f'/api/queries/{own.json["id"]}'
        self.assertEqual(reviewer.post(path, {'name': 'worst'}).status, 200)
        self.assertEqual(reviewer.post(path, {'query': 'flag=dead_air'}).status, 200)
        kept = next(q for q in reviewer.get('/api/queries').json['queries'] if q['own'])
        self.assertEqual((kept['name'], kept['query'], kept['shared']), ('worst', 'flag=dead_air', False))
        self.assertEqual(reviewer.request('DELETE', path, X_CSRF_Token=None).status, 403, 'no token')
        self.assertEqual(reviewer.request('DELETE', path).status, 200)
        self.assertEqual(reviewer.request('DELETE', path).status, 404)
        self.assertEqual([a for a in ('query.save', 'query.change', 'query.remove') if not audited(a)], [])

    def test_mistakes(self):
        for wrong in ({}, {'name': 'x'}, {'query': 'x'}, {'name': '', 'query': 'x'}, {'name': 'x' * 121, 'query': ''},
                      {'name': 'x', 'query': 'x' * 4001}, {'name': 'x', 'query': '', 'shared': 1}, {'name': 1, 'query': ''}):
            self.assertEqual(reviewer.post('/api/queries', wrong).status, 400, wrong)
        self.assertEqual(Client(server, 'agent').get('/api/queries').status, 403)

    def test_there_is_a_limit(self):
        trainer = Client(server, 'trainer')
        codes = [trainer.post('/api/queries', {'name': f'q{i}', 'query': ''}).status for i in range(201)]
        self.assertEqual((set(codes[:200]), codes[200]), ({200}, 413))


class Exports(unittest.TestCase):
    def rows_of(self, body):
        with zipfile.ZipFile(io.BytesIO(body)) as z:
            self.assertIsNone(z.testzip())
            sheet = xml.etree.ElementTree.fromstring(z.read('xl/worksheets/sheet1.xml'))
        rows = []
        for row in sheet.iter(f'{SHEET}row'):
            cells = {}
            for c in row:
                self.assertIsNone(c.find(f'{SHEET}f'), 'no formula')
                text = c.find(f'{SHEET}is/{SHEET}t')
                value = c.find(f'{SHEET}v')
                cells[re.match('[A-Z]+', c.get('r')).group()] = text.text if text is not None else float(value.text)
            rows.append(cells)
        return rows

    def test_a_workbook_is_what_is_shown(self):
        path = 'order=score&columns=agent.interruptions,department'
        got = lead.get(f'/api/calls.xlsx?{path}')
        self.assertEqual(got.status, 200, got.body)
        self.assertIn('calls.xlsx', got.headers['Content-Disposition'])
        rows = self.rows_of(got.body)
        table = list(csv.reader(io.StringIO(lead.get(f'/api/calls.csv?{path}').body.decode('utf-8-sig'))))
        heads = list(rows[0].values())
        self.assertEqual(heads, table[0])
        self.assertEqual(heads[-5:], ['review', 'assigned_to', 'due_at', 'agent.interruptions', 'department'])
        self.assertEqual(len(rows), 7)
        letters = dict(zip(heads, rows[0]))
        self.assertEqual([int(r['A']) for r in rows[1:]], [int(r[0]) for r in table[1:]], 'the same order')
        for a, b in zip(rows[1:], table[1:]):
            b = dict(zip(heads, b))
            self.assertAlmostEqual(a[letters['duration_s']], float(b['duration_s']), 3)
            self.assertEqual(a.get(letters['flags'], ''), b['flags'])
            self.assertEqual(a.get(letters['review']), b['review'])
            self.assertGreater(a[letters['started_at']], 46000, 'a date of Excel')
        nasty = next(r for r in rows[1:] if r['A'] == 2)
        self.assertEqual(nasty[letters['queue']], FORMULA.replace('\x01', '?'))

    def test_only_what_the_filter_finds(self):
        self.assertEqual(len(self.rows_of(lead.get('/api/calls.xlsx?agent=A1').body)), 4)
        self.assertEqual(lead.get('/api/calls.xlsx?where=(').status, 400)
        self.assertEqual(Client(server, 'agent').get('/api/calls.xlsx').status, 403)
        self.assertIn('"agent":"A1"', audited('calls.export')[-1][2].replace(' ', ''), 'what was taken is on record')
        self.assertEqual([n for n in os.listdir('/tmp') if n.startswith('callqa-') and os.path.isfile(f'/tmp/{n}')
                          and os.stat(f'/tmp/{n}').st_uid == os.getuid() and os.path.getsize(f'/tmp/{n}') == len(
                              lead.get('/api/calls.xlsx?agent=A1').body)], [], 'the file has no name')


class People(unittest.TestCase):
    def test_what_is_done_on_the_command_line_is_on_record(self):
        server.run('user', 'add', 'li', '--role', 'reviewer', '--as', 'boss', '--db', server.db, text='correct horse 4711\n')
        server.run('user', 'role', 'li', '--role', 'lead', '--as', 'boss', '--db', server.db)
        server.run('user', 'passwd', 'li', '--as', 'boss', '--db', server.db, text='another horse 4711\n')
        server.run('user', 'disable', 'li', '--as', 'boss', '--db', server.db)
        with sqlite3.connect(f'file:{server.db}?mode=ro', uri=True) as db:
            got = db.execute("SELECT action, after_json FROM audit WHERE who = 'boss' ORDER BY id").fetchall()
        self.assertEqual([(a, (j or '').replace(' ', '')) for a, j in got],
                         [('user.add', '{"role":"reviewer"}'), ('user.change', '{"role":"lead"}'), ('user.password', ''), ('user.change', '{"disabled":true}')])
        self.assertNotIn('horse', str(got))

    def test_logging_out_and_listening_are_on_record(self):
        client = Client(server, 'trainer')
        for part in ('bytes=0-99', 'bytes=100-999', 'bytes=5000-'):
            self.assertEqual(client.get('/api/calls/5/audio.wav', Range=part).status, 206)
        client.get('/api/calls/6/audio.wav')
        self.assertEqual([s for w, s, _ in audited('call.listen') if w == 'trainer'], ['call:5', 'call:6'], 'once, not a part')
        client.post('/api/logout')
        self.assertEqual(audited('session.logout')[-1][0], 'trainer')
        again = Client(server, 'trainer')
        again.get('/api/calls/5/audio.wav')
        self.assertEqual(len([s for w, s, _ in audited('call.listen') if w == 'trainer' and s == 'call:5']), 2, 'another session')

    def test_behind_a_proxy_with_tls_the_cookie_is_secure(self):
        body = {'name': 'trainer', 'password': 'correct horse 4711'}
        self.assertIn('; Secure', Client(server).post('/api/login', body, X_Forwarded_Proto='https').headers['Set-Cookie'])
        self.assertNotIn('Secure', Client(server).post('/api/login', body).headers['Set-Cookie'])


class Language(unittest.TestCase):
    def test_messages_are_in_the_language_of_the_request(self):
        for headers, chinese in (({}, False), ({'Accept_Language': 'zh-CN'}, True), ({'Accept_Language': 'en'}, False),
                                 ({'Accept_Language': 'fr-FR, zh;q=0.9, en;q=0.8'}, True), ({'Accept_Language': 'de, en-GB, zh'}, False),
                                 ({'Accept_Language': ',,, ,'}, False), ({'Accept_Language': 'z' * 5000}, False)):
            for path in ('/api/calls?order=nosuch', '/api/calls?where=nosuch%3D1', '/api/nothing', '/api/calls/999', '/api/calls?limit=0', '/api/reviews?state=x'):
                message = reviewer.get(path, **headers).json['error']['message']
                self.assertEqual(bool(re.search('[\u4e00-\u9fff]', message)), chinese, (path, headers, message))
        self.assertRegex(Client(server).get('/api/calls?lang=zh-CN').json['error']['message'], '登录')
        self.assertIn('999', reviewer.get('/api/calls/999?lang=zh').json['error']['message'], 'with its numbers')
        self.assertRegex(reviewer.get('/api/calls/999?lang=en', Accept_Language='zh').json['error']['message'], '^there is no call')

    def test_whatever_the_server_speaks(self):
        other = Server(CALLQA, [])
        other.stop()
        other.env.update(LC_ALL='zh_CN.UTF-8', LANGUAGE='zh_CN', LANG='zh_CN.UTF-8')
        other.start()
        try:
            self.assertEqual(Client(other).get('/api/calls').json['error']['message'], 'log in first')
        finally:
            other.close()


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1], warnings='ignore')
