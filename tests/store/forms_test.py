#!/usr/bin/env python3
"""forms_test.py CALLQA DATABASE-MAKER RUBRICS - forms by version, scoring again, reviews from the command line; answers
checked by plain SQL on the views."""
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest

CALLQA, MAKER, RUBRICS = (os.path.abspath(a) for a in sys.argv[1:4])
N_CALLS = 60


class Forms(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix='callqa-forms-')
        self.addCleanup(shutil.rmtree, self.folder)
        self.path = os.path.join(self.folder, 'calls.db')
        subprocess.run([MAKER, '--calls', str(N_CALLS), '--agents', '4', '--days', '30', self.path], check=True,
                       stderr=subprocess.DEVNULL)

    def callqa(self, *args, code=0):
        env = {k: v for k, v in os.environ.items() if not k.startswith(('LC_', 'LANG', 'CALLQA_'))}
        env.update({'LC_ALL': 'C.UTF-8', 'LANGUAGE': 'en', 'TZ': 'UTC', 'CALLQA_DB': self.path, 'COLUMNS': '120',
                    'CALLQA_USER': 'tester'})
        done = subprocess.run([CALLQA, *args], env=env, capture_output=True, text=True, check=False, timeout=60,
                              cwd=self.folder)
        self.assertEqual(done.returncode, code, done.stderr)
        return done.stdout if code == 0 else done.stderr

    def sql(self, text, *args):
        db = sqlite3.connect(f'file:{self.path}?mode=ro', uri=True)
        rows = db.execute(text, args).fetchall()
        db.close()
        return rows

    def stricter(self, version):
        """The default form with a harder curve for interruptions."""
        with open(os.path.join(RUBRICS, 'skills-form.json'), encoding='utf-8') as f:
            form = json.load(f)
        form['version'] = version
        for section in form['sections']:
            for item in section['items']:
                for indicator in item.get('indicators', []):
                    if indicator['id'] == 'listening_interruptions':
                        indicator['curve'] = [[0, 5], [0.5, 3], [1, 2], [2, 1]]
        path = os.path.join(self.folder, f'form-{version}.json')
        with open(path, 'w', encoding='utf-8') as f:
            json.dump(form, f, ensure_ascii=False)
        return path

    def test_swap(self):
        """Agent and customer of a call exchanged: its measures, flags and score are those of the other one."""
        measures = 'SELECT agent_turns, customer_turns, agent_speech_s, customer_speech_s FROM measures WHERE call_id = 7'
        (before,), score = self.sql(measures), dict(self.sql('SELECT call_id, score FROM v_calls'))
        told = self.callqa('rescore', '--swap', '7')
        (after,), now = self.sql(measures), dict(self.sql('SELECT call_id, score FROM v_calls'))
        self.assertEqual(after, (before[1], before[0], before[3], before[2]))
        self.assertIn(f'score {now[7]:.2f}', told)
        self.assertEqual({c for c in score if score[c] != now[c]} - {7}, set(), 'no other call is touched')
        self.assertIn('call.swap', self.callqa('audit', '--action', 'call.swap'))
        self.assertIn('sound', self.callqa('db', 'check'))
        self.callqa('rescore', '--swap', '7')
        self.assertEqual(dict(self.sql('SELECT call_id, score FROM v_calls')), score)
        self.assertIn('--swap takes calls', self.callqa('rescore', '--swap', code=2))
        self.assertIn('--swap takes calls', self.callqa('rescore', '--swap', '7', '--agent', 'A001', code=2))
        self.assertIn('--swap takes calls', self.callqa('rescore', '7', '--rubric', 'skills-form', code=2))
        self.callqa('rescore', '--swap', '9999', code=2)

    def test_rescore(self):
        path = self.stricter('1.0.1')
        before = dict(self.sql('SELECT call_id, score FROM v_calls'))
        dry = self.callqa('rescore', '--rubric', path, '--compare', '--dry-run')
        self.assertEqual(dict(self.sql('SELECT call_id, score FROM v_calls')), before)
        self.assertIn('listening_interruptions', dry)
        self.assertEqual(self.callqa('rescore', '--rubric', path, '--compare'), dry)
        after = dict(self.sql('SELECT call_id, score FROM v_calls'))
        self.assertNotEqual(before, after)
        self.assertTrue(all(after[c] <= before[c] + 1e-9 for c in before if before[c] is not None))
        # both results stay, and the measured values did not move
        old = dict(self.sql("SELECT call_id, total FROM v_scorecards WHERE version = '1.0.0'"))
        self.assertEqual(old, before)
        self.assertEqual(self.sql("SELECT count(*) FROM v_scorecards WHERE version = '1.0.1' AND current = 1"),
                         [(N_CALLS,)])
        self.assertEqual(self.sql("SELECT count(*) FROM v_indicators a JOIN v_indicators b USING(call_id, indicator)"
                                  " WHERE a.version < b.version AND a.value IS NOT b.value"), [(0,)])
        # the line of each agent, by hand
        for line in dry.splitlines()[1:5]:
            agent, calls, was, now = line.split()[:4]
            rows = self.sql('SELECT a.total, b.total FROM v_scorecards a JOIN v_scorecards b USING(call_id)'
                            " WHERE a.agent = ? AND a.version = '1.0.0' AND b.version = '1.0.1'", agent)
            both = [(a, b) for a, b in rows if a is not None and b is not None]
            self.assertEqual(int(calls), len(rows))
            self.assertAlmostEqual(float(was), sum(a for a, _ in both) / len(both), delta=0.0051)
            self.assertAlmostEqual(float(now), sum(b for _, b in both) / len(both), delta=0.0051)
        # part of the calls
        self.callqa('rescore', '--rubric', self.stricter('1.0.2'), '--agent', 'A001')
        self.assertEqual(self.sql("SELECT DISTINCT agent FROM v_scorecards WHERE version = '1.0.2'"), [('A001',)])
        self.assertEqual(self.sql("SELECT count(*) FROM v_audit WHERE action = 'rescore'"), [(2,)])
        self.callqa('rescore', code=2)
        self.callqa('db', 'check')

    def test_publish(self):
        path = self.stricter('2.0.0')
        self.callqa('rubric', 'publish', path)
        self.assertIn('already', self.callqa('rubric', 'publish', path, code=1))
        self.assertEqual(self.sql("SELECT published_by FROM v_forms WHERE version = '2.0.0'"), [('tester',)])
        # the same version with another text is refused wherever it could get in
        with open(path, encoding='utf-8') as f:
            changed = f.read().replace('[0.5, 3]', '[0.5, 4]')
        other = os.path.join(self.folder, 'other.json')
        with open(other, 'w', encoding='utf-8') as f:
            f.write(changed)
        for args in (['rubric', 'publish', other], ['rescore', '--rubric', other],
                     ['analyze', '--rubric', other, 'none.wav']):
            error = self.callqa(*args, code=1 if args[0] == 'rubric' else 4)
            self.assertIn('new version', error)
        # the id stands for what was published last
        self.callqa('rescore', '--rubric', 'skills-form')
        self.assertEqual(self.sql('SELECT DISTINCT version FROM v_scorecards WHERE current = 1'), [('2.0.0',)])
        self.callqa('audit', 'verify')

    def test_review(self):
        call = self.sql("SELECT call_id FROM v_items WHERE item = 'listening' AND state = 'scored'")[0][0]
        self.callqa('review', 'start', str(call), '--as', 'li')
        self.assertIn('reason', self.callqa('review', 'set', '1', 'listening', '1', '--as', 'li', code=1))
        self.callqa('review', 'set', '1', 'listening', '1', '--as', 'li', '--reason', 'shouts', '--clip', '0:01-0:02.5')
        self.callqa('review', 'set', '1', '--remark', 'talk about this one', '--as', 'li')
        self.callqa('review', 'submit', '1', '--as', 'li', code=1)
        self.callqa('review', 'submit', '1', '--as', 'li', '--open-na')
        shown = json.loads(self.callqa('review', 'show', '1', '--json'))
        rows = self.sql('SELECT i.item, i.counts, f.weight, f.section FROM v_review_items i JOIN v_items f'
                        ' USING(call_id, item) WHERE i.review_id = 1 AND i.counts IS NOT NULL')
        weights = dict(self.sql('SELECT section, weight FROM v_sections WHERE call_id = ?', call))
        sections = {}
        for _, score, weight, section in rows:
            part = sections.setdefault(section, [0, 0])
            part[0] += score * weight
            part[1] += weight
        total = sum(weights[s] * a / b for s, (a, b) in sections.items()) / sum(weights[s] for s in sections)
        self.assertAlmostEqual(shown['total'], total, places=5)
        self.assertEqual(shown['remark'], 'talk about this one')
        item = next(i for i in shown['items'] if i['id'] == 'listening')
        self.assertEqual((item['score'], item['reason'], item['clip']), (1, 'shouts', {'start': 1, 'end': 2.5}))
        self.callqa('review', 'dispute', '1', '--as', 'A001', '--reason', 'no')
        self.callqa('review', 'resolve', '1', '--as', 'boss', '--reason', 'yes', '--final', 'listening=4.5')
        self.assertEqual(self.sql("SELECT state, counts, score FROM v_review_items WHERE item = 'listening'"),
                         [('resolved', 4.5, 1)])
        self.callqa('review', 'show', 'x', code=2)
        self.callqa('review', 'show', '7', code=1)
        self.callqa('db', 'check')

    def test_sample(self):
        args = ('sample', '--per-agent', '3', '--seed', '7', '--assign', 'li', '--assign', 'A001', '--due', '2026-12-05')
        drawn = self.callqa(*args)
        self.assertEqual(self.callqa(*args, '--dry-run').split()[::3], drawn.split()[::3]) # the same calls again
        rows = self.sql('SELECT call_id, agent, reviewer, due_utc, submitted_utc FROM v_assignments')
        self.assertEqual(sorted(int(line.split()[0]) for line in drawn.splitlines()), sorted(r[0] for r in rows))
        per_agent = {}
        for _, agent, reviewer, due, submitted in rows:
            per_agent[agent] = per_agent.get(agent, 0) + 1
            self.assertNotEqual(agent, reviewer)
            self.assertEqual((due, submitted), ('2026-12-05T23:59:59Z', None))
        self.assertEqual(set(per_agent.values()), {3})
        load = {who: sum(r[2] == who for r in rows) for who in ('li', 'A001')}
        self.assertLessEqual(abs(load['li'] - load['A001']), 1)
        how = json.loads(self.sql('SELECT json FROM v_samples')[0][0])
        self.assertEqual((how['seed'], how['per_agent'], how['from'], how['taken']), (7, 3, N_CALLS, len(rows)))
        self.assertEqual(self.sql("SELECT after FROM v_audit WHERE action = 'sample.draw'"), [(json.dumps(how, separators=(',', ':')),)])
        # work that is done counts no more
        call = next(r[0] for r in rows if r[2] == 'li')
        self.callqa('review', 'start', str(call), '--as', 'li')
        self.callqa('review', 'submit', '1', '--open-na', '--as', 'li')
        self.assertEqual(self.sql('SELECT count(submitted_utc) FROM v_assignments'), [(1,)])
        flagged = self.callqa('sample', '--method', 'flagged', '--count', '5', '--dry-run')
        for line in flagged.splitlines():
            self.assertTrue(self.sql('SELECT flags FROM v_calls WHERE call_id = ?', int(line.split()[0]))[0][0])
        self.callqa('sample', code=2)
        self.callqa('sample', '--count', '3', '--seed', 'x', code=2)

    def test_agreement(self):
        calls = [r[0] for r in self.sql("SELECT call_id FROM v_items WHERE item = 'listening' AND state = 'scored' LIMIT 6")]
        number = 0
        for i, call in enumerate(calls):
            for who in ('li', 'wang')[:1 + (i > 0)]:
                number += 1
                self.callqa('review', 'start', str(call), '--blind', '--as', who)
                self.callqa('review', 'set', str(number), 'listening', str(2 + (i % 3) + (who == 'li') * 0.5), '--as', who)
                self.callqa('review', 'submit', str(number), '--open-na', '--as', who)
        lines = [json.loads(line) for line in self.callqa('agreement', '--json').splitlines()]
        self.assertEqual([line['item'] for line in lines], ['listening', 'all'])
        pairs = self.sql("SELECT machine_score, score FROM v_review_items WHERE item = 'listening' AND mark = 'score'")
        n = len(pairs)
        self.assertEqual(n, 11)
        observed = sum((a - b) ** 2 for a, b in pairs) / n
        expected = sum((a - d) ** 2 for a, _ in pairs for _, d in pairs) / n / n
        self.assertAlmostEqual(lines[0]['machine']['kappa'], 1 - observed / expected, places=5)
        self.assertAlmostEqual(lines[0]['machine']['bias'], sum(a - b for a, b in pairs) / n, places=5)
        self.assertEqual(lines[0]['machine'], lines[1]['machine'])
        # the five calls that two reviewed are half a point apart: alpha by its definition
        units = [[2 + (i % 3), 2.5 + (i % 3)] for i in range(1, 6)]
        every = [x for u in units for x in u]
        disagreement = sum((a - b) ** 2 for u in units for a in u for b in u) / len(every)
        chance = sum((a - b) ** 2 for a in every for b in every) / len(every) / (len(every) - 1)
        self.assertAlmostEqual(lines[0]['reviewers']['alpha'], 1 - disagreement / chance, places=5)
        self.assertEqual((lines[0]['reviewers']['n'], lines[0]['reviewers']['exact'], lines[0]['reviewers']['within_one']), (5, 0, 1))
        self.assertIn('All items', self.callqa('agreement'))


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1])
