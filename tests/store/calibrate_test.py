#!/usr/bin/env python3
"""calibrate_test.py CALLQA DATABASE-MAKER RUBRICS - from reviews to a proposed form, and what it does once it is accepted;
the figures that are printed are worked out again by plain SQL."""
import bisect
import hashlib
import json
import math
import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest

CALLQA, MAKER, RUBRICS = (os.path.abspath(a) for a in sys.argv[1:4])
N_CALLS = 110
# How these reviewers hear interruptions: harder than the form does.
TRUE_CURVE = [[0, 5], [0.5, 4], [1, 2.5], [2, 1.5], [4, 1]]


def points(curve, x):
    i = bisect.bisect_left([p[0] for p in curve], x)
    if i == 0 or i == len(curve):
        return curve[min(i, len(curve) - 1)][1]
    (x0, y0), (x1, y1) = curve[i - 1], curve[i]
    return y0 + (x - x0) / (x1 - x0) * (y1 - y0)


class Calibrate(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix='callqa-calibrate-')
        cls.path = os.path.join(cls.folder, 'calls.db')
        subprocess.run([MAKER, '--calls', str(N_CALLS), '--agents', '8', '--days', '30', cls.path], check=True,
                       stderr=subprocess.DEVNULL)
        with open(os.path.join(RUBRICS, 'skills-form.json'), encoding='utf-8') as f:
            cls.form = json.load(f)
        cls.review()

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    @classmethod
    def callqa(cls, *args, code=0):
        env = {k: v for k, v in os.environ.items() if not k.startswith(('LC_', 'LANG', 'CALLQA_'))}
        env.update({'LC_ALL': 'C.UTF-8', 'LANGUAGE': 'en', 'TZ': 'UTC', 'CALLQA_DB': cls.path, 'CALLQA_USER': 'boss'})
        done = subprocess.run([CALLQA, *args], env=env, capture_output=True, text=True, check=False, timeout=60,
                              cwd=cls.folder)
        if done.returncode != code:
            raise AssertionError(f'{args}: {done.returncode} {done.stderr}')
        return done.stdout if code == 0 else done.stderr

    @classmethod
    def sql(cls, text, *args):
        db = sqlite3.connect(f'file:{cls.path}?mode=ro', uri=True)
        rows = db.execute(text, args).fetchall()
        db.close()
        return rows

    @classmethod
    def review(cls):
        """Blind reviews of every call: listening by another curve, phone technique as it is measured, both with noise;
        what is judged by nobody else is left out. One call has a second review, one a dispute that is open."""
        rng = random.Random(5)
        halves = lambda v: min(max(round(2 * v) / 2, 1), 5)
        cls.cut_ins = dict(cls.sql("SELECT call_id, value FROM v_indicators WHERE indicator = 'listening_interruptions'"
                                   " AND applies"))
        items = {}
        for call, item, score in cls.sql("SELECT call_id, item, score FROM v_items WHERE item IN ('listening',"
                                         " 'phone_technique') AND state = 'scored'"):
            items.setdefault(call, {})[item] = score
        cls.calls = sorted(items)
        for n, call in enumerate(cls.calls):
            for who in ['li', 'wang'][:2 if n == 0 else 1]:
                out = cls.callqa('review', 'start', str(call), '--blind', '--as', who)
                number = re.match(r'review (\d+)', out).group(1)
                for item, score in items[call].items():
                    heard = score
                    if item == 'listening' and call in cls.cut_ins:
                        heard = points(TRUE_CURVE, cls.cut_ins[call])
                    cls.callqa('review', 'set', number, item, str(halves(heard + rng.gauss(0, 0.4))), '--as', who)
                cls.callqa('review', 'submit', number, '--open-na', '--as', who)
            if n == 1:
                cls.callqa('review', 'dispute', number, '--as', 'A001', '--reason', 'no')

    def digest(self):
        with open(self.path, 'rb') as f:
            return hashlib.sha256(f.read()).hexdigest()

    def pairs(self, item, score='s.score'):
        """(call, agent, the machine's score, the reviewers') of calls that count, where no cap bites."""
        return self.sql(f'''
            SELECT c.id, c.agent, {score}, r.score FROM calls c JOIN scorecards k ON k.id = c.scorecard_id
            JOIN item_scores s ON s.scorecard_id = k.id JOIN form_items i ON i.id = s.item_id
            JOIN (SELECT v.call_id, t.item, avg(t.score) AS score FROM reviews v JOIN review_items t ON t.review_id = v.id
                  WHERE v.state IN (1, 3) AND t.mark = 1 GROUP BY 1, 2) r ON r.call_id = c.id AND r.item = i.item
            WHERE i.item = ? AND s.state IN (0, 1) AND s.score > (
              SELECT sum(n.points * f.weight) / sum(f.weight) FROM indicator_scores n JOIN form_indicators f
              ON f.id = n.indicator_id WHERE n.scorecard_id = k.id AND n.item_seq = s.seq AND n.applies) - 1e-6''', item)

    def test_1_report_is_what_sql_says(self):
        before = self.digest()
        report = json.loads(self.callqa('calibrate', '-F', 'json'))
        self.assertEqual(self.digest(), before)
        self.assertEqual(json.loads(self.callqa('calibrate', '-F', 'json')), report)
        items = {i['item']: i for i in report['items']}
        for item in ('listening', 'phone_technique'):
            rows = self.pairs(item)
            self.assertGreater(len(rows), 60)
            self.assertEqual(items[item]['calls'], len(rows))
            self.assertEqual(items[item]['agents'], len({r[1] for r in rows}))
            self.assertEqual(items[item]['blind'], items[item]['reviews'])
            rmse = math.sqrt(sum((a - b) ** 2 for _, _, a, b in rows) / len(rows))
            self.assertAlmostEqual(items[item]['now']['rmse'], rmse, places=5)
            self.assertAlmostEqual(items[item]['gain']['rmse'], items[item]['now']['rmse'] - items[item]['fitted']['rmse'],
                                   places=5)
        self.assertEqual(items['listening']['result'], 'proposed')
        self.assertNotEqual(items['phone_technique']['result'], 'proposed')
        self.assertGreater(items['listening']['gain']['low'], 0)
        self.assertEqual(items['efficiency']['result'], 'few_calls')

    def test_2_proposal_is_a_form_and_changes_nothing(self):
        out = os.path.join(self.folder, 'proposal.json')
        text = self.callqa('calibrate', '--item', 'listening', '--out', out)
        self.assertIn('new curves are proposed', text)
        self.assertIn('version: "1.', text)
        diff = self.callqa('rubric', 'diff', 'skills-form', out)
        self.assertTrue(text.endswith('\n' + diff))
        self.callqa('rubric', 'check', out)
        with open(out, encoding='utf-8') as f:
            proposal = json.load(f)
        old = {i['id']: (t['id'], i) for s in self.form['sections'] for t in s['items'] for i in t.get('indicators', [])}
        new = {i['id']: (t['id'], i) for s in proposal['sections'] for t in s['items'] for i in t.get('indicators', [])}
        changed = {k for k in old if old[k] != new[k]}
        self.assertTrue(changed and all(old[k][0] == 'listening' for k in changed))
        self.assertIn('listening_interruptions', changed)
        for k in changed:
            self.assertIn('reviewed calls of', new[k][1]['source'])
            self.assertIn(old[k][1]['source'][:40], new[k][1]['source'])
            self.assertEqual({a: b for a, b in old[k][1].items() if a not in ('curve', 'source')},
                             {a: b for a, b in new[k][1].items() if a not in ('curve', 'source')})
        # the weights of caps, rules and all else are the old form's
        self.assertEqual(proposal['flags'], self.form['flags'])
        self.assertIn('exists', self.callqa('calibrate', '--item', 'listening', '--out', out, code=1))
        self.assertEqual(self.sql('SELECT count(*) FROM form_texts WHERE published_s IS NOT NULL'), [(0,)])
        # accepted: the calls are nearer to what the reviewers gave
        rows = self.pairs('listening')
        now = math.sqrt(sum((a - b) ** 2 for _, _, a, b in rows) / len(rows))
        self.callqa('rubric', 'publish', out)
        moved = self.callqa('rescore', '--rubric', 'skills-form', '--compare')
        self.assertIn('listening_interruptions', moved)
        rows = self.pairs('listening')
        self.assertLess(math.sqrt(sum((a - b) ** 2 for _, _, a, b in rows) / len(rows)), now - 0.1)
        self.assertEqual(self.sql('SELECT count(DISTINCT form_id) FROM scorecards'), [(2,)]) # both results stay
        self.callqa('audit', 'verify')
        if os.environ.get('KEEP'):
            shutil.copy(self.path, os.environ['KEEP'])

    def test_3_too_little_and_mistakes(self):
        out = os.path.join(self.folder, 'nothing.json')
        self.assertIn('nothing to propose', self.callqa('calibrate', '--min', '100000', '--out', out, code=1))
        self.assertFalse(os.path.exists(out))
        self.assertIn('too few reviewed calls', self.callqa('calibrate', '--until', '2001-01-01'))
        self.assertIn('no item "nosuch"', self.callqa('calibrate', '--item', 'nosuch', code=2))
        self.assertIn('nothing is measured', self.callqa('calibrate', '--item', 'teamwork', code=2))
        self.assertIn('too few agents', self.callqa('calibrate', '--where', "agent < 'A004'", '--min', '10'))


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1])
