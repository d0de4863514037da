#!/usr/bin/env python3
"""appraise_test.py CALLQA DATABASE-MAKER - from 40 generated calls, reviews and records to the printed form. Every number
on the form is worked out again by plain SQL on the tables and compared."""
import csv
import io
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
import zipfile

CALLQA, MAKER = (os.path.abspath(a) for a in sys.argv[1:3])
AGENT = 'A002'
FROM, TO = '2026-10-28', '2026-11-20'
PERIOD = f"c.started_s BETWEEN strftime('%s', '{FROM}') + 0 AND strftime('%s', '{TO}') + 86399"
T975 = {1: 12.7062, 2: 4.3027, 3: 3.1824, 4: 2.7764, 5: 2.5706, 6: 2.4469, 7: 2.3646, 8: 2.3060, 9: 2.2622, 10: 2.2281,
        11: 2.2010, 12: 2.1788, 13: 2.1604, 14: 2.1448, 15: 2.1314, 20: 2.0860, 30: 2.0423, 39: 2.0227}

# What counts of a call's item, a second time: experts' reviews, else others', else the measured score.
COUNTS = f"""
WITH final AS (
  SELECT v.call_id, v.expert, t.item, coalesce(t.final_score,
         CASE WHEN t.final_mark = 2 THEN NULL WHEN t.mark = 1 THEN t.score WHEN t.mark = 2 THEN NULL
              WHEN t.machine_state = 0 THEN t.machine_score END) AS score
  FROM reviews v JOIN review_items t ON t.review_id = v.id WHERE v.state IN (1, 3)),
machine AS (
  SELECT c.id AS call_id, c.started_s, c.agent, i.item, i.section, i.weight, CASE x.state WHEN 0 THEN x.score END AS score
  FROM calls c JOIN scorecards s ON s.call_id = c.id JOIN item_scores x ON x.scorecard_id = s.id
  JOIN form_items i ON i.id = x.item_id WHERE c.status = 0 AND {PERIOD})
SELECT m.call_id, m.started_s, m.item, m.section, m.weight,
  CASE WHEN EXISTS (SELECT 1 FROM final f WHERE f.call_id = m.call_id AND f.expert)
         THEN (SELECT avg(f.score) FROM final f WHERE f.call_id = m.call_id AND f.item = m.item AND f.expert)
       WHEN EXISTS (SELECT 1 FROM final f WHERE f.call_id = m.call_id)
         THEN (SELECT avg(f.score) FROM final f WHERE f.call_id = m.call_id AND f.item = m.item)
       ELSE m.score END AS score
FROM machine m WHERE m.agent = ?"""


def mean(v):
    return sum(v) / len(v)


def interval(v):
    m, n = mean(v), len(v)
    half = T975[n - 1] * math.sqrt(sum((x - m) ** 2 for x in v) / (n - 1) / n)
    return m - half, m + half


class Appraise(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix='callqa-appraise-')
        cls.path = os.path.join(cls.folder, 'calls.db')
        subprocess.run([MAKER, '--calls', '40', '--agents', '4', '--days', '30', cls.path], check=True,
                       stderr=subprocess.DEVNULL)
        cls.write_reviews()
        cls.write_records()
        cls.form = json.loads(cls.callqa('appraise', '--agent', AGENT, '--from', FROM, '--to', TO, '--type', '月度',
                                         '-F', 'json'))

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
    def review(cls, call, who, scores, *flags):
        out = cls.callqa('review', 'start', str(call), '--as', who, *flags)
        number = re.match(r'review (\d+)', out).group(1)
        for item, score in scores.items():
            cls.callqa('review', 'set', number, item, str(score), '--as', who, '--reason', 'heard it', '--remark',
                       f'{item} <by> {who}')
        return number

    @classmethod
    def write_reviews(cls):
        """Reviewed by one, by two, by an expert too; a draft, a dispute, a resolved dispute."""
        calls = [r[0] for r in cls.sql(f'SELECT c.id FROM calls c WHERE agent = ? AND status = 0 AND {PERIOD} ORDER BY id',
                                       AGENT)]
        def submit(number, who):
            cls.callqa('review', 'submit', number, '--open-na', '--as', who)
        submit(cls.review(calls[0], 'li', {'empathy': 4, 'listening': 2.5, 'responsibility': 5}), 'li')
        submit(cls.review(calls[1], 'li', {'empathy': 3}), 'li')
        submit(cls.review(calls[1], 'wang', {'empathy': 2, 'features': 1}), 'wang')
        submit(cls.review(calls[2], 'li', {'empathy': 5}), 'li')
        submit(cls.review(calls[2], 'expert', {'empathy': 1.5, 'listening': 'na'}, '--expert'), 'expert')
        cls.review(calls[3], 'li', {'empathy': 1})
        number = cls.review(calls[4], 'li', {'empathy': 1})
        submit(number, 'li')
        cls.callqa('review', 'dispute', number, '--as', AGENT, '--reason', 'no')
        number = cls.review(calls[5], 'wang', {'empathy': 2, 'procedures': 3})
        submit(number, 'wang')
        cls.callqa('review', 'dispute', number, '--as', AGENT, '--reason', 'no')
        cls.callqa('review', 'resolve', number, '--final', 'empathy=3.5', '--final', 'procedures=na', '--reason', 'half')

    @classmethod
    def write_records(cls):
        rng = random.Random(40)
        path = os.path.join(cls.folder, 'records.csv')
        with open(path, 'w', encoding='utf-8', newline='') as f:
            w = csv.writer(f)
            w.writerow(['external_id', 'agent', 'customer', 'matter', 'started_at', 'csat', 'ticket', 'promised_at',
                        'resolved_at', 'after_call_s'])
            for external, agent, started in cls.sql('SELECT external_id, agent, started_s FROM calls ORDER BY id'):
                iso = lambda s: '' if s is None else cls.sql("SELECT strftime('%Y-%m-%dT%H:%M:%SZ', ?, 'unixepoch')", s)[0][0]
                w.writerow([external or f'x{started}', agent, f'C{rng.randrange(9)}', rng.choice(['bill', 'net']), iso(started),
                            rng.choice(['', '3', '4', '5']), rng.choice(['', 'T1']), rng.choice(['', iso(started + 3600)]),
                            rng.choice(['', iso(started + rng.randrange(7200))]), rng.choice(['', '20', '60'])])
        cls.callqa('records', 'import', path)

    def counted(self):
        return self.sql(COUNTS, AGENT)

    def sections(self):
        return dict(self.sql('SELECT DISTINCT section, weight FROM form_sections'))

    def total(self, items):
        """{(section, weight): score} to the total: means by weight, weights redistributed."""
        parts = {}
        for (section, weight), score in items:
            part = parts.setdefault(section, [0, 0])
            part[0] += weight * score
            part[1] += weight
        weights = self.sections()
        return sum(weights[s] * a / b for s, (a, b) in parts.items()) / sum(weights[s] for s in parts)

    def call_totals(self):
        calls = {}
        for call, started, _, section, weight, score in self.counted():
            calls.setdefault((call, started), [])
            if score is not None:
                calls[call, started].append(((section, weight), score))
        return {k: self.total(v) for k, v in calls.items() if v}

    def test_items(self):
        by_item = {}
        for _, _, item, _, _, score in self.counted():
            by_item.setdefault(item, [])
            if score is not None:
                by_item[item].append(score)
        shown = {i['id']: i for s in self.form['sections'] for i in s['items']}
        self.assertEqual(set(shown), set(by_item))
        self.assertGreater(sum(len(v) > 1 for v in by_item.values()), 3)
        for item, scores in by_item.items():
            self.assertEqual(shown[item]['n'], len(scores), item)
            if scores:
                self.assertAlmostEqual(shown[item]['mean'], mean(scores), places=5, msg=item)
            if len(scores) > 1:
                low, high = interval(scores)
                self.assertAlmostEqual(shown[item]['low'], low, delta=0.0005, msg=item)
                self.assertAlmostEqual(shown[item]['high'], high, delta=0.0005, msg=item)

    def test_subtotals_and_total(self):
        items = {}
        for _, _, item, section, weight, score in self.counted():
            if score is not None:
                items.setdefault((section, weight, item), []).append(score)
        means = {k: mean(v) for k, v in items.items()}
        for section in self.form['sections']:
            mine = [(k[1], v) for k, v in means.items() if k[0] == section['id']]
            if mine:
                self.assertAlmostEqual(section['score'], sum(w * v for w, v in mine) / sum(w for w, _ in mine), places=5)
            else:
                self.assertNotIn('score', section)
        self.assertAlmostEqual(self.form['total'], self.total([((k[0], k[1]), v) for k, v in means.items()]), places=5)
        weights = self.sections()
        self.assertAlmostEqual(self.form['coverage'], sum(weights[k[0]] * k[1] for k in means), places=5)
        self.assertTrue(self.form['partial'])

    def test_basis(self):
        where = f'FROM calls c WHERE c.agent = ? AND {PERIOD}'
        self.assertEqual(self.form['calls'], self.sql(f'SELECT count(*) {where} AND status = 0', AGENT)[0][0])
        self.assertEqual(self.form['unscorable'], self.sql(f'SELECT count(*) {where} AND status = 1', AGENT)[0][0])
        self.assertEqual((self.form['reviewed'], self.form['reviews'], self.form['disputed'], self.form['drafts']),
                         (4, 5, 1, 1))
        cut, again, cost = self.sql('SELECT sum(agent_early_cut_ins), sum(agent_restarts), sum(agent_interruption_cost_s)'
                                    f' FROM calls c JOIN measures m ON m.call_id = c.id WHERE c.agent = ? AND {PERIOD}', AGENT)[0]
        self.assertEqual((self.form['early_cut_ins'], self.form['restarts']), (cut, again))
        self.assertAlmostEqual(self.form['cut_in_cost_s'], cost, places=2)

    def test_calls_weeks_best_worst(self):
        totals = self.call_totals()
        self.assertEqual(self.form['call_totals']['n'], len(totals))
        self.assertAlmostEqual(self.form['call_totals']['mean'], mean(list(totals.values())), places=5)
        low, high = interval(list(totals.values()))
        self.assertAlmostEqual(self.form['call_totals']['low'], low, delta=0.0005)
        self.assertAlmostEqual(self.form['call_totals']['high'], high, delta=0.0005)
        weeks = {}
        for (_, started), total in totals.items():
            monday = self.sql("SELECT strftime('%Y-%m-%dT00:00:00Z', ?, 'unixepoch', '-6 days', 'weekday 1')", started)[0][0]
            weeks.setdefault(monday, []).append(total)
        self.assertEqual([w['from'] for w in self.form['weeks']], sorted(weeks))
        for week in self.form['weeks']:
            self.assertEqual(week['n'], len(weeks[week['from']]))
            self.assertAlmostEqual(week['mean'], mean(weeks[week['from']]), places=5)
        ranked = sorted(((-t, c[0]) for c, t in totals.items()))
        self.assertEqual([b['call'] for b in self.form['best']], [c for _, c in ranked[:3]])
        self.assertEqual([b['call'] for b in self.form['worst']], [c for _, c in ranked[::-1][:3]])
        for example in self.form['best'] + self.form['worst']:
            expected = self.sql('SELECT i.item, e.start_ms / 1000.0, e.end_ms / 1000.0 FROM evidence e JOIN scorecards s ON'
                                ' s.id = e.scorecard_id JOIN item_scores x ON x.scorecard_id = s.id AND x.seq = e.owner_seq'
                                ' JOIN form_items i ON i.id = x.item_id WHERE e.owner = 0 AND s.call_id = ?'
                                ' ORDER BY e.end_ms - e.start_ms DESC, e.start_ms, i.item LIMIT 3', example['call'])
            self.assertEqual([(m['item'], m['start'], m['end']) for m in example['moments']], expected)

    def test_flags_and_records(self):
        flags = dict(self.sql('SELECT f.flag, count(*) FROM flags f JOIN scorecards s ON s.id = f.scorecard_id JOIN calls c'
                              f' ON c.id = s.call_id WHERE c.agent = ? AND {PERIOD} GROUP BY 1', AGENT))
        self.assertEqual(self.form['flags'], flags)
        text = self.callqa('appraise', '--agent', AGENT, '--from', FROM, '--to', TO)
        n, csat = self.sql(f'SELECT count(csat), avg(csat) FROM records c WHERE agent = ? AND {PERIOD}', AGENT)[0]
        self.assertGreater(n, 2)
        self.assertRegex(text, rf'satisfaction, 1 to 5 +{csat:.2f}\n')
        handling = self.sql('SELECT avg(m.handling_s + coalesce((SELECT after_call_s FROM records r WHERE r.external_id ='
                            f' c.external_id), 0)) FROM calls c JOIN measures m ON m.call_id = c.id WHERE c.agent = ? AND {PERIOD}',
                            AGENT)[0][0]
        self.assertRegex(text, rf'mean handling time, s +{handling:.2f}\n')
        good, of = self.sql('SELECT sum(resolved_s IS NOT NULL AND (promised_s IS NULL OR promised_s >= resolved_s)),'
                            ' sum(resolved_s IS NOT NULL OR promised_s < (SELECT max(max(started_s, coalesce(resolved_s, 0)))'
                            f" FROM records)) FROM records c WHERE ticket IS NOT NULL AND agent = ? AND {PERIOD}", AGENT)[0]
        self.assertIn(f'{100 * good / of:.1f} % ({good}/{of})', text)

    def test_every_number_is_the_same_in_every_format(self):
        args = ('appraise', '--agent', AGENT, '--from', FROM, '--to', TO, '--type', 'monthly', '--position', '<坐席>')
        rows = list(csv.reader(io.StringIO(self.callqa(*args, '-F', 'csv', '--lang', 'zh-CN'))))
        sums = [r for r in rows if r[0] == 'sum']
        self.assertEqual(float(next(r for r in sums if r[1] == '总分')[2]), round(self.form['total'], 2))
        self.assertIn(['field', '考核类型', '月度'], rows)
        page = self.callqa(*args, '-F', 'html', '--lang', 'zh-CN')
        for row in rows:
            for cell in row[1:]:
                self.assertIn(cell.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;').replace('"', '&quot;'), page)
        self.assertIn('@page{size:A4', page)
        self.assertNotIn('<坐席>', page)
        self.assertNotIn('<script', page)
        book = os.path.join(self.folder, 'form.xlsx')
        self.callqa(*args, '-F', 'xlsx', '-o', book, '--lang', 'zh-CN')
        with zipfile.ZipFile(book) as z:
            strings = z.read('xl/sharedStrings.xml').decode('utf-8')
            numbers = {float(v) for v in re.findall(r'<v>([-0-9.]+)</v>', z.read('xl/worksheets/sheet1.xml').decode())}
        self.assertIn('客户服务技能考核表', strings)
        self.assertIn(round(self.form['total'], 2), {round(n, 6) for n in numbers})
        self.callqa(*args, '-F', 'xlsx', code=2)

    def test_team(self):
        form = json.loads(self.callqa('appraise', '-F', 'json'))
        self.assertEqual(sorted(a['agent'] for a in form['agents']), ['A001', 'A002', 'A003', 'A004'])
        self.assertEqual(sum(a['n'] for a in form['agents']), form['call_totals']['n'])
        means = [a['mean'] for a in form['agents']]
        self.assertEqual(means, sorted(means, reverse=True))
        for agent in form['agents']: # who is ranked is outside what chance does
            if agent['standing'] != 'unknown':
                self.assertGreaterEqual(agent['n'], 5)
                self.assertEqual(agent['standing'] == 'above', agent['mean'] > form['call_totals']['mean'])

    def test_mistakes(self):
        self.assertIn('period', self.callqa('appraise', '--agent', 'nobody', code=1))
        self.callqa('appraise', '--from', 'soon', code=2)
        self.callqa('appraise', '--type', 'weekly', code=2)


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1])
