#!/usr/bin/env python3
"""forms_test.py CALLQA DATABASE-MAKER RUBRICS - forms by version, scoring again, reviews from the command line; answers
checked by plain SQL on the views."""
import json
import os
import re
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
    def test_rescore_under_other_thresholds(self):
        current = self.sql('SELECT id, score, scorecard_id FROM calls ORDER BY 1')
        args = ('rescore', '--set', 'talk.dead_air_s=3', '--set', 'talk.interruption_min_s=0.5')
        dry = self.callqa(*args, '--compare', '--dry-run')
        self.assertEqual(self.sql('SELECT count(*) FROM v_forms'), [(1,)])
        self.assertEqual(self.callqa(*args, '--compare'), dry)
        # who moved, and why: item, indicator, measure, from and to
        moved = re.search(r'\ncall (\d+), (A\d+): ([\d.]+) -> ([\d.]+)\n    listening: ([\d.]+) -> ([\d.]+)\n'
                          r'        listening_interruptions: ([\d.]+) -> ([\d.]+), agent.interruptions_per_min'
                          r' ([\d.]+) -> ([\d.]+)\n', dry)
        self.assertIsNotNone(moved, dry)
        version, settings, n = self.sql("SELECT version, settings, scorecards FROM v_forms WHERE settings IS NOT NULL")[0]
        self.assertRegex(version, r'^1\.0\.0\+t[0-9a-f]{8}$')
        self.assertEqual(json.loads(settings), {'talk.interruption_min_s': 0.5, 'talk.dead_air_s': 3})
        self.assertEqual(n, len(current))
        # both stay, and the current one is the one that stands beside the call's measures and events
        self.assertEqual(self.sql('SELECT id, score, scorecard_id FROM calls ORDER BY 1'), current)
        call = int(moved.group(1))
        score = lambda v: self.sql('SELECT i.score, d.points, d.value FROM v_items i JOIN v_indicators d USING (call_id, version)'
                                   " WHERE i.call_id = ? AND i.item = 'listening' AND d.indicator = 'listening_interruptions'"
                                   ' AND i.version = ?', call, v)[0]
        for shown, stored in zip([moved.group(k) for k in (5, 7, 9)], score('1.0.0')):
            self.assertAlmostEqual(float(shown), stored, delta=0.0051)
        for shown, stored in zip([moved.group(k) for k in (6, 8, 10)], score(version)):
            self.assertAlmostEqual(float(shown), stored, delta=0.0051)
        # interruptions worked out again from the talk: a shorter one counts now
        self.assertGreater(score(version)[2], score('1.0.0')[2])
        mean = self.sql('SELECT avg(total) FROM v_scorecards WHERE call_id IN (SELECT id FROM calls WHERE agent = ?)'
                        ' AND version = ?', moved.group(2), version)[0][0]
        self.assertRegex(dry, rf'{moved.group(2)} +\d+ +[\d.]+ +{mean:.2f} ')
        self.assertIn(version, self.callqa('show', str(call), '--rubric', f'skills-form@{version}'))
        self.assertNotIn(version, self.callqa('show', str(call)))
        entry = json.loads(self.sql("SELECT after_json FROM audit WHERE action = 'rescore'")[0][0])
        self.assertEqual(json.loads(entry['settings']), json.loads(settings))
        self.assertIn('sound', self.callqa('db', 'check'))
        self.callqa(*args) # the same again: nothing new
        self.assertEqual(self.sql('SELECT count(*) FROM v_forms'), [(2,)])
        # a review may be made by it
        self.callqa('review', 'start', str(call), '--rubric', 'skills-form')
        self.callqa('audit', 'verify')

    def test_thresholds_that_need_the_audio(self):
        self.assertIn('needs the audio', self.callqa('rescore', '--set', 'prosody.raised_db=3', code=2))
        self.assertIn('talk.min_pause_s below 0.2', self.callqa('rescore', '--set', 'talk.min_pause_s=0.1', code=1))
        self.assertEqual(self.sql('SELECT count(*) FROM v_forms'), [(1,)])
        self.callqa('rescore', '--set', 'talk.nosuch=1', code=2)
        self.assertIn('must not exceed', self.callqa('rescore', '--set', 'talk.dead_air_s=1', code=2))
        path = os.path.join(self.folder, 'settings.json')
        with open(path, 'w', encoding='utf-8') as f:
            json.dump({'prosody': {'raised_db': 3}, 'talk': {'monologue_s': 30}}, f)
        self.callqa('rescore', '--config', path)
        self.assertEqual(self.sql('SELECT settings FROM v_forms WHERE settings IS NOT NULL'), [('{"talk.monologue_s":30}',)])
        with open(path, 'w', encoding='utf-8') as f:
            json.dump({'prosody': {'raised_db': 3}}, f)
        self.assertIn('without the audio', self.callqa('rescore', '--config', path, code=2))
        self.callqa('rescore', code=2)

    def test_nothing_is_made_where_no_database_is(self):
        none = os.path.join(self.folder, 'none.db')
        for args in (['review', 'start', '1'], ['review', 'set', '1', 'listening', '3'], ['sample', '--count', '1'],
                     ['rescore', '--rubric', 'skills-form']):
            self.assertIn('no such database', self.callqa(*args, '--db', none, code=3))
        self.assertFalse(os.path.exists(none))

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
        again = self.callqa(*args, '--dry-run', '--earlier', 'ignore')
        self.assertEqual(again.split()[::3], drawn.split()[::3]) # the same calls again
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
        # what was drawn counts towards the quota, and is not drawn again
        self.assertEqual(self.callqa(*args, '--dry-run'), '')
        more = self.callqa('sample', '--per-agent', '4', '--seed', '7', '--dry-run').splitlines()
        self.assertEqual(len(more), 4)
        self.assertFalse({int(line.split()[0]) for line in more} & {r[0] for r in rows})
        # what waits for whom
        listed = [json.loads(line) for line in self.callqa('sample', '--list', '--json').splitlines()]
        self.assertEqual([(a['call'], a['reviewer'], a['state'], a['overdue']) for a in listed],
                         [(r[0], r[2], 'open', False) for r in sorted(rows)])
        self.assertEqual(self.callqa('sample', '--overdue'), '')
        self.callqa('sample', '--count', '2', '--seed', '1', '--assign', 'wang', '--due', '2020-01-31')
        late = [json.loads(line) for line in self.callqa('sample', '--overdue', '--json').splitlines()]
        self.assertEqual([(a['reviewer'], a['due'], a['overdue']) for a in late], [('wang', '2020-01-31T23:59:59Z', True)] * 2)
        self.assertEqual(self.callqa('sample', '--overdue', '--reviewer', 'li'), '')
        self.assertIn('overdue', self.callqa('sample', '--overdue', '--reviewer', 'wang'))
        # work that is done counts no more
        call = next(r[0] for r in rows if r[2] == 'li')
        self.callqa('review', 'start', str(call), '--as', 'li')
        self.callqa('review', 'submit', '1', '--open-na', '--as', 'li')
        self.assertEqual(self.sql('SELECT count(submitted_utc) FROM v_assignments'), [(1,)])
        self.assertNotIn(call, [json.loads(line)['call'] for line in self.callqa('sample', '--list', '--json').splitlines()])
        begun = next(r[0] for r in rows if r[2] == 'li' and r[0] != call)
        self.callqa('review', 'start', str(begun), '--as', 'li')
        work = {w['reviewer']: w for w in map(json.loads, self.callqa('sample', '--workload', '--json').splitlines())}
        for who, w in work.items():
            waits, done = self.sql("SELECT sum(submitted_utc IS NULL), sum(submitted_utc IS NOT NULL) FROM v_assignments"
                                   ' WHERE reviewer = ?', who)[0]
            self.assertEqual((w['handed_out'], w['done'], w['begun'] + w['waiting']), (waits + done, done, waits))
            self.assertEqual((w['begun'], w['overdue']), (who == 'li', 2 if who == 'wang' else 0))
        self.assertRegex(self.callqa('sample', '--workload'), r'wang +2 +0 +0 +2 +2')
        flagged = self.callqa('sample', '--method', 'flagged', '--count', '5', '--dry-run')
        for line in flagged.splitlines():
            self.assertTrue(self.sql('SELECT flags FROM v_calls WHERE call_id = ?', int(line.split()[0]))[0][0])
        self.callqa('sample', code=2)
        self.callqa('sample', '--count', '3', '--seed', 'x', code=2)

    def test_critical_item(self):
        """One failure caps the total and is flagged, wherever the review is shown."""
        self.callqa('rescore', '--rubric', 'training-standard')
        for score, final in ((1, 4), (1.5, 1)):
            call = '1' if score == 1 else '2'
            out = self.callqa('review', 'start', call, '--as', 'li')
            number = re.match(r'review (\d+)', out).group(1)
            for item, given in (('product_knowledge', 5), ('compliance', score), ('solves', 5), ('teamwork', 5)):
                self.callqa('review', 'set', number, item, str(given), '--as', 'li')
            shown = self.callqa('review', 'submit', number, '--open-na', '--as', 'li')
            total, critical, coverage = self.sql('SELECT total, critical, coverage FROM v_reviews WHERE review_id = ?', number)[0]
            items = self.sql('SELECT f.section, f.weight, coalesce(t.score, t.machine_score) FROM review_items t JOIN reviews v'
                             ' ON v.id = t.review_id JOIN form_items f ON f.form_id = v.form_id AND f.item = t.item WHERE'
                             ' v.id = ? AND (t.mark = 1 OR (t.mark = 0 AND t.machine_state = 0))', number)
            weights = dict(self.sql("SELECT section, weight FROM form_sections JOIN forms m ON m.id = form_id WHERE m.rubric ="
                                    " 'training-standard'"))
            means = {s: sum(w * x for k, w, x in items if k == s) / sum(w for k, w, _ in items if k == s)
                     for s in {i[0] for i in items}}
            plain = sum(weights[s] * m for s, m in means.items()) / sum(weights[s] for s in means)
            self.assertGreater(plain, 2)
            self.assertAlmostEqual(coverage, sum(weights[s] * w for s, w, _ in items), places=6)
            failed = score <= 1
            self.assertAlmostEqual(total, 2 if failed else plain, places=6)
            self.assertEqual(critical, 'compliance' if failed else None)
            self.assertEqual('critical items failed' in shown, failed)
            self.assertEqual(json.loads(self.callqa('review', 'show', number, '--json'))['critical'], critical)
            # a resolved dispute decides anew
            self.callqa('review', 'dispute', number, '--reason', 'look again', '--as', 'A001')
            self.callqa('review', 'resolve', number, '--final', f'compliance={final}', '--reason', 'heard it', '--as', 'wang')
            self.assertEqual(self.sql('SELECT critical FROM v_reviews WHERE review_id = ?', number),
                             [(None if failed else 'compliance',)])
        self.assertIn(' ! ', self.callqa('review', 'list').splitlines()[0])

    def test_users_stand_in_the_audit(self):
        def user(*args):
            env = dict(os.environ, LC_ALL='C.UTF-8', LANGUAGE='en', CALLQA_DB=self.path, CALLQA_USER='boss')
            subprocess.run([CALLQA, 'user', *args], env=env, input='a long password\n', text=True, check=True,
                           capture_output=True, timeout=60)
        user('add', 'chen', '--role', 'trainer', '--as', 'admin')
        user('role', 'chen', '--role', 'lead')
        user('passwd', 'chen')
        user('disable', 'chen')
        rows = self.sql("SELECT who, action, after FROM v_audit WHERE action LIKE 'user.%' ORDER BY id")
        self.assertEqual([r[:2] for r in rows], [('admin', 'user.add'), ('boss', 'user.change'), ('boss', 'user.password'),
                                                 ('boss', 'user.change')])
        self.assertEqual(json.loads(rows[1][2]), {'role': 'lead'})
        self.assertEqual(json.loads(rows[3][2]), {'disabled': True})
        self.assertNotIn('a long password', str(rows))
        self.callqa('audit', 'verify')

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
