#!/usr/bin/env python3
"""dashboard_test.py CALLQA MAKE-CALLS - the figures of the dashboard against the same sums made by plain SQL, what
changes them, reviewers' work, agreement, and failed recordings."""
import os
import sqlite3
import statistics
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from server import Client, Server  # noqa: E402

CALLQA, MAKER = (os.path.abspath(a) for a in sys.argv[1:3])
FIELDS = {'score': 'score', 'agent.interruptions_per_min': 'agent_interruptions_per_min', 'talk_over_ratio': 'talk_over_ratio',
          'agent.response_latency_median_s': 'agent_response_latency_median_s', 'dead_air_s': 'dead_air_s', 'handling_s': 'handling_s'}
SPAN = 'since=2026-01-01&until=2026-12-31'


def setUpModule():
    global server, lead
    server = Server(CALLQA, [])
    server.stop()
    os.remove(server.db)
    subprocess.run([MAKER, '--calls', '1500', '--agents', '7', '--days', '40', server.db], check=True, stderr=subprocess.DEVNULL)
    for role in ('lead', 'reviewer', 'trainer', 'agent'):
        server.run('user', 'add', role, '--role', role, '--db', server.db, text='correct horse 4711\n')
    server.start()
    lead = Client(server, 'lead')


def tearDownModule():
    lead.close()
    server.close()


def ask(path):
    for _ in range(400):
        got = lead.get(path)
        assert got.status == 200, got.body
        if not got.json['pending']:
            return got.json
        time.sleep(0.01)
    raise AssertionError('never summed up')


def rows(sql, *args):
    with sqlite3.connect(f'file:{server.db}?mode=ro', uri=True) as db:
        db.row_factory = sqlite3.Row
        return db.execute(sql, args).fetchall()


class Figures(unittest.TestCase):
    def check(self, got, calls):
        self.assertEqual(got['calls'], len(calls))
        self.assertEqual(got['flagged'], sum(c['severity'] is not None for c in calls))
        for field, column in FIELDS.items():
            values = [c[column] for c in calls if c[column] is not None]
            v = got['values'][field]
            self.assertEqual(v['n'], len(values), field)
            if not values:
                self.assertIsNone(v['mean'])
                continue
            mean = statistics.fmean(values)
            self.assertAlmostEqual(v['mean'], mean, 3)
            if len(values) < 5:
                self.assertIsNone(v['low'])
            else:
                half = (v['high'] - v['low']) / 2
                error = statistics.stdev(values) / len(values) ** 0.5
                self.assertGreaterEqual(half, 1.95 * error - 2e-4)
                self.assertLessEqual(half, 2.81 * error + 2e-4, 'Student\'s t with 4 degrees of freedom is 2.776')

    def test_days_weeks_and_all(self):
        calls = rows('SELECT *, unixepoch(started_utc) AS s FROM v_calls')
        newest = max(c['day_utc'] for c in calls)
        for bucket in ('day', 'week'):
            answer = ask(f'/api/figures?bucket={bucket}&since={min(c["day_utc"] for c in calls)}&until={newest}')
            self.check(answer['all'], [c for c in calls if answer['since'] <= c['day_utc'] <= answer['until']])
            self.assertGreater(len(answer['points']), 5)
            for p in answer['points']:
                self.check(p, [c for c in calls if p['from'] <= c['day_utc'] <= p['to']])
            self.assertEqual(sum(p['calls'] for p in answer['points']), len(calls))
            late = [c['agent_response_latency_median_s'] for c in calls if c['agent_response_latency_median_s'] is not None]
            for b in answer['latency']:
                to = 1e9 if b['to'] is None else b['to']
                self.assertEqual(b['calls'], sum(b['from'] <= v < to for v in late), b)
        self.assertEqual(ask('/api/figures')['until'] >= newest, True, 'up to the newest call')

    def test_groups_and_filters(self):
        for by in ('agent', 'queue', 'department'):
            answer = ask(f'/api/figures/groups?by={by}&{SPAN}')
            names = {r[0]: r[1] for r in rows(f"SELECT coalesce({by}, ''), count(*) FROM v_calls GROUP BY 1")}
            self.assertEqual({g['name']: g['calls'] for g in answer['groups']}, names)
            one = answer['groups'][0]['name']
            calls = rows(f'SELECT * FROM v_calls WHERE {by} = ?', one)
            self.check(answer['groups'][0], calls)
            self.check(ask(f'/api/figures?{SPAN}&{by}={one.replace(" ", "%20")}')['all'], calls)

    def test_what_changes_a_call_changes_them(self):
        ask(f'/api/figures?{SPAN}')
        call = rows('SELECT call_id, day_utc, agent FROM v_calls WHERE call_id = 7')[0]
        before = {g['name']: g['calls'] for g in ask(f'/api/figures/groups?{SPAN}')['groups']}
        with sqlite3.connect(server.db) as db:
            db.execute("UPDATE calls SET agent = 'moved' WHERE id = 7")
        after = {g['name']: g['calls'] for g in ask(f'/api/figures/groups?{SPAN}')['groups']}
        self.assertEqual((after['moved'], after[call['agent']]), (1, before[call['agent']] - 1))
        with sqlite3.connect(server.db) as db:
            db.execute('PRAGMA foreign_keys = ON')
            db.execute('DELETE FROM calls WHERE id = 7')
        self.assertNotIn('moved', {g['name'] for g in ask(f'/api/figures/groups?{SPAN}')['groups']})

    def test_a_point_opens_its_calls(self):
        point = ask(f'/api/figures?{SPAN}')['points'][2]
        where = f'started_at >= "{point["from"]}T00:00:00Z" and started_at <= "{point["to"]}T23:59:59Z"'.replace(' ', '%20').replace('"', '%22').replace('>', '%3E').replace('<', '%3C')
        self.assertEqual(lead.get(f'/api/calls?count=1&where={where}').json['count'], point['calls'])

    def test_mistakes(self):
        for query in ('since=x', 'since=2026-02-30', 'bucket=year', 'since=2026-02-01&until=2026-01-01', 'since=2000-01-01&until=2026-01-01',
                      'bucket=day&since=2026-01-01&until=2026-12-31', 'since=2026-01-01T00:00', 'since=1900-01-01'):
            self.assertEqual(lead.get(f'/api/figures?{query}').status, 400, query)
        self.assertEqual(lead.get('/api/figures/groups?by=shoe').status, 400)
        for path in ('/api/figures', '/api/figures/groups', '/api/agreement'):
            self.assertEqual(Client(server, 'agent').get(path).status, 403)
            self.assertEqual(Client(server, 'reviewer').get(path).status, 200)
        for path in ('/api/workload', '/api/ingest'):
            self.assertEqual(Client(server, 'reviewer').get(path).status, 403)


class Quality(unittest.TestCase):
    def test_work_and_agreement(self):
        self.assertEqual(lead.get('/api/agreement').json['form'], None)
        lead.post('/api/assignments', {'calls': [1, 2, 3], 'reviewers': ['reviewer'], 'due': '2020-01-01'})
        for name in ('reviewer', 'trainer'):
            client = Client(server, name)
            for call in range(1, 7):
                review = client.post(f'/api/calls/{call}/reviews').json
                auto = [i for i in review['items'] if i['machine_score'] is not None and i['machine_state'] == 'scored'][:2]
                for item in auto:
                    got = client.post(f'/api/reviews/{review["id"]}/item', {'item': item['id'], 'mark': 'score', 'score': 2 + call % 3, 'reason': 'heard it'})
                    self.assertEqual(got.status, 200, got.body)
                if name == 'trainer' or call > 2:
                    self.assertEqual(client.post(f'/api/reviews/{review["id"]}/submit', {'open_na': True}).status, 200)
        people = {p['name']: p for p in lead.get('/api/workload').json['reviewers']}
        self.assertEqual((people['reviewer']['open'], people['reviewer']['overdue'], people['reviewer']['drafts'], people['reviewer']['submitted']), (2, 2, 2, 4))
        self.assertEqual((people['trainer']['open'], people['trainer']['submitted']), (0, 6))
        self.assertNotIn('agent', people)
        answer = lead.get('/api/agreement').json
        self.assertTrue(answer['form'].startswith('skills-form/'))
        every = answer['items'][-1]
        self.assertIsNone(every['item'])
        self.assertEqual(every['reviewers']['coefficient'], 1, 'both gave the same')
        told = server.run('agreement', '--json', '--db', server.db)
        self.assertIn(f'"n":{every["machine"]["n"]}', told.replace(' ', ''), 'as callqa agreement')
        self.assertTrue(all(i['label']['zh-CN'] for i in answer['items'] if i['item']))
        again = lead.get('/api/agreement').json
        self.assertEqual(again, answer)
        self.assertEqual(lead.get('/api/agreement?form=nosuch/1').status, 404)


class Ingest(unittest.TestCase):
    def test_failed_recordings_are_tried_again(self):
        self.assertEqual(lead.get('/api/ingest').json['jobs'], [])
        with sqlite3.connect(server.db) as db:
            for i, (state, reason) in enumerate(((5, 'no space left'), (6, 'no audio'), (4, None), (2, None))):
                db.execute('INSERT INTO jobs(path, dir, stem, source, kind, state, reason, size_bytes, mtime_ns, inode, seen_ms, changed_ms, grown_ms,'
                           ' order_s, attempts, crashes, alone, again, todo, todo_ms, todo_tries) VALUES(?, ?, ?, ?, 0, ?, ?, 1, 1, 1, ?, ?, 1, ?, 3, 0, 0, 0, 0, 0, 0)',
                           (f'/secret/in/<b>{i}.wav', '/secret/in', f'<b>{i}', 'pbx', state, reason, int(time.time() * 1000), int(time.time() * 1000), int(time.time()) - 600))
        got = lead.get('/api/ingest')
        self.assertNotIn('/secret', got.body.decode(), 'no folder is told')
        answer = got.json
        self.assertEqual([(j['file'], j['state'], j['reason']) for j in answer['jobs']],
                         [('<b>0.wav', 'failed', 'no space left'), ('<b>1.wav', 'quarantined', 'no audio')])
        self.assertEqual((answer['states']['queued'], answer['states']['failed'], answer['done_24h'], answer['failed_24h']), (1, 1, 1, 2))
        self.assertTrue(600 <= answer['lag_s'] < 700)
        job = answer['jobs'][0]['id']
        self.assertEqual(Client(server, 'trainer').post(f'/api/jobs/{job}/retry').status, 403)
        self.assertEqual(lead.post(f'/api/jobs/{job}/retry').status, 200)
        self.assertEqual(lead.post(f'/api/jobs/{job}/retry').status, 409, 'it is no failed one any more')
        self.assertEqual(lead.post('/api/jobs/999/retry').status, 404)
        self.assertEqual([j['file'] for j in lead.get('/api/ingest').json['jobs']], ['<b>1.wav'])
        self.assertEqual(rows('SELECT state, due_ms > 0 FROM jobs WHERE id = ?', job)[0][:], (1, 1), 'settling, due now')
        self.assertEqual(rows("SELECT who, subject FROM audit WHERE action = 'job.retry'")[0][:], ('lead', f'job:{job}'))


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1], warnings='ignore')
