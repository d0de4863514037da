#!/usr/bin/env python3
"""page_test.py CALLQA SOURCE-ROOT [FOLDER [TEST...]] - the review page in Chromium, with the keyboard as a reviewer uses it.

With FOLDER (not "-"), screenshots of each view in both languages and appearances are kept there. TEST: Review, Call.test_ranges ...
"""
import os
import re
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from browser import CHROMIUM, Browser  # noqa: E402
from server import PASSWORD, Server  # noqa: E402

if not CHROMIUM:
    print('there is no Chromium')
    sys.exit(77)
CALLQA = os.path.abspath(sys.argv[1])
ROOT = os.path.abspath(sys.argv[2])
SHOTS = os.path.abspath(sys.argv[3]) if len(sys.argv) > 3 and sys.argv[3] != '-' else None
SAMPLES = os.path.join(ROOT, 'data', 'samples')
NASTY = '"><img src=x onerror="document.title=1">'


def setUpModule():
    global server, browser, base
    names = sorted(n for n in os.listdir(SAMPLES) if n.endswith('.flac'))
    agents = ['agent', 'A004', NASTY, 'A017', 'A021', 'A009']
    server = Server(CALLQA, [(os.path.join(SAMPLES, n), agents[i], f'2026-11-2{i}T10:{i}5:00Z') for i, n in enumerate(names)])
    browser = Browser()
    base = f'http://127.0.0.1:{server.port}'
    browser.open(f'{base}/')
    browser.js('localStorage.setItem("lang", "en"); localStorage.setItem("theme", "light")')
    browser.open(f'{base}/')
    browser.wait('document.activeElement.id === "name"')
    browser.type('#name', 'admin')
    browser.type('#password', PASSWORD)
    browser.key('Enter')
    browser.wait('document.querySelectorAll(".calls tbody tr").length === 6')


def tearDownModule():
    browser.close()
    server.close()


def open_call(name):
    browser.open(f'{base}/calls')
    number = browser.wait(f'[...document.querySelectorAll(".calls tbody tr")].find(r => r.textContent.includes("{name}"))?.dataset.id')
    browser.open(f'{base}/call/{number}')
    browser.wait('!!document.querySelector(".wave > div")')
    browser.wait('window.player.audio.readyState >= 1')
    browser.key(' ')


class Calls(unittest.TestCase):
    def setUp(self):
        browser.open(f'{base}/calls')
        browser.wait('document.querySelectorAll(".calls tbody tr").length === 6')

    def test_the_keyboard_alone_opens_a_call_and_comes_back(self):
        browser.key('ArrowDown')
        browser.key('ArrowDown')
        chosen = browser.js('document.querySelector(".calls tr.at").dataset.id')
        browser.key('Enter')
        browser.wait(f'location.pathname === "/call/{chosen}" && !!document.querySelector(".callpage")')
        browser.key('Escape')
        browser.wait('location.pathname === "/calls"')
        self.assertEqual(browser.wait('document.querySelector(".calls tr.at")?.dataset.id'), chosen, 'where one was')

    def test_a_filter_is_in_the_address(self):
        browser.key('/')
        browser.wait('document.activeElement.className === "where"')
        browser.call('Input.insertText', text='agent.interruptions_per_min > 2 and duration_s > 40')
        browser.key('Enter')
        browser.wait('location.search.includes("where=")')
        browser.wait('document.querySelectorAll(".calls tbody tr").length > 0 && document.querySelectorAll(".calls tbody tr").length < 6')
        self.assertIn('cuts-in-zh', browser.js('document.querySelector(".calls").innerText'))

    def test_a_mistake_in_it_is_told(self):
        browser.open(f'{base}/calls?where=nosuch%20%3E%202')
        self.assertIn("no name 'nosuch'", browser.wait('document.querySelector(".wrong")?.textContent'))

    def test_names_from_outside_stay_text(self):
        self.assertIn(NASTY, browser.js('document.querySelector(".calls").innerText'))
        self.assertEqual(browser.js('document.querySelectorAll(".calls img").length'), 0)


class Lists(unittest.TestCase):
    """The table as a lead uses it: saved queries, columns, ticks, assignments."""

    def setUp(self):
        browser.open(f'{base}/calls')
        browser.wait('document.querySelectorAll(".calls tbody tr").length === 6')

    def test_columns_and_exports_are_those_of_the_table(self):
        browser.click('.countline .columns')
        browser.wait('!!document.querySelector("dialog .names")')
        browser.type('dialog input[type=search]', 'agent.interruptions_per')
        browser.wait('document.querySelectorAll("dialog .names > div").length === 1')
        browser.click('dialog .names input')
        browser.click('dialog .main')
        browser.wait('document.querySelectorAll(".calls tbody tr").length === 6 && document.querySelectorAll(".calls td.value").length === 6')
        self.assertIn('columns=agent.interruptions_per_min', browser.js('location.search'))
        for kind in ('csv', 'xlsx'):
            href = browser.js(f'document.querySelector("a[download=\\"calls.{kind}\\"]").getAttribute("href")')
            self.assertIn('columns=agent.interruptions_per_min', href)
        self.assertIn('5', browser.js('document.querySelector(".calls td.value").textContent + document.querySelector(".calls tbody").innerText'))

    def test_a_query_is_saved_renamed_and_removed(self):
        browser.open(f'{base}/calls?flag=dead_air')
        browser.wait('document.querySelectorAll(".calls tbody tr").length === 1')
        browser.js('(() => { const s = document.querySelector(".saved"); s.value = "edit"; s.dispatchEvent(new Event("change")); })()')
        browser.wait('document.activeElement.id === "q-name"')
        browser.call('Input.insertText', text=f'silent {NASTY}')
        browser.click('#q-shared')
        browser.key('Enter')
        browser.wait('document.querySelectorAll(".savedlist .row").length === 1')
        self.assertIn(NASTY, browser.js('document.querySelector(".savedlist").innerText'))
        browser.click('.savedlist .rename')
        browser.js('document.activeElement.value = ""')
        browser.call('Input.insertText', text='silent calls')
        browser.key('Enter')
        browser.wait('document.querySelector(".savedlist .name")?.textContent === "silent calls"')
        browser.key('Escape')
        browser.wait('!document.querySelector("dialog") && [...document.querySelectorAll(".saved option")].some(o => o.textContent === "silent calls" && o.selected)')
        browser.open(f'{base}/calls')
        browser.wait('document.querySelectorAll(".calls tbody tr").length === 6')
        browser.js('(() => { const s = document.querySelector(".saved"); s.value = s.options[1].value; s.dispatchEvent(new Event("change")); })()')
        browser.wait('location.search === "?flag=dead_air" && document.querySelectorAll(".calls tbody tr").length === 1')
        browser.js('(() => { const s = document.querySelector(".saved"); s.value = "edit"; s.dispatchEvent(new Event("change")); })()')
        browser.wait('!!document.querySelector(".savedlist .remove")')
        browser.click('.savedlist .remove')
        browser.wait('!document.querySelector(".savedlist .remove")')
        browser.key('Escape')

    def test_calls_are_ticked_and_assigned(self):
        browser.js('document.dispatchEvent(new KeyboardEvent("keydown", {key: "Home", bubbles: true}))')
        browser.key('x')
        browser.key('ArrowDown')
        browser.key('ArrowDown')
        browser.key('X', shift=True)
        browser.wait('document.querySelectorAll(".calls tbody .tick input:checked").length === 3')
        browser.wait('document.querySelector(".assign").textContent.includes("3")')
        browser.click('.assign')
        browser.wait('!!document.querySelector("dialog fieldset input[value=trainer]")')
        browser.click('dialog fieldset input[value=trainer]')
        browser.click('dialog .main')
        browser.wait('document.querySelector("#toast").textContent.startsWith("3 of 3")')
        browser.wait('document.querySelectorAll(".calls .assigned").length === 3')
        browser.open(f'{base}/calls?assigned=trainer')
        browser.wait('document.querySelectorAll(".calls tbody tr").length === 3')
        browser.click('.filters button.chip')
        browser.wait('document.querySelectorAll(".calls tbody tr").length === 6 && !location.search')

    def test_the_names_are_listed_where_a_condition_is_wrong(self):
        browser.open(f'{base}/calls?where=interuptions%20%3E%202')
        browser.wait('document.querySelectorAll(".namesbelow .names > div").length > 50')
        browser.js('document.querySelector(".where").value = ""')
        browser.js('[...document.querySelectorAll(".namesbelow .names button")].find(b => b.textContent === "agent.interruptions").click()')
        self.assertEqual(browser.js('document.querySelector(".where").value'), 'agent.interruptions')


class Dashboard(unittest.TestCase):
    def setUp(self):
        browser.open(f'{base}/dashboard')
        browser.wait('document.querySelectorAll(".dashboard .plot canvas").length === 6')

    def test_a_figure_and_its_calls(self):
        self.assertIn('6 calls', browser.js('document.querySelector(".card[data-figure=score]").innerText'))
        browser.js('document.querySelector(".card[data-figure=score] .plot").focus()')
        browser.key('ArrowRight')
        browser.wait('document.querySelector(".card[data-figure=score] .readout").textContent.includes("2026")')
        told = browser.js('document.querySelector(".card[data-figure=score] .readout").textContent')
        calls = int(re.search(r'(\d+) calls', told).group(1))
        browser.key('Enter')
        browser.wait(f'location.pathname === "/calls" && document.querySelectorAll(".calls tbody tr").length === {calls}')

    def test_bars_and_groups_are_links(self):
        browser.js('[...document.querySelectorAll(".bars a")].find(a => !a.textContent.includes("0 ·")).click()')
        browser.wait('location.pathname === "/calls" && document.querySelectorAll(".calls tbody tr").length > 0')
        self.assertIn('response_latency_median_s', browser.js('decodeURIComponent(location.search)'))
        browser.open(f'{base}/dashboard')
        browser.wait('document.querySelectorAll(".groups tbody tr").length === 6')
        self.assertIn(NASTY, browser.js('document.querySelector(".groups").innerText'))
        browser.js('[...document.querySelectorAll(".groups .pick")].find(b => b.textContent === "A004").click()')
        browser.wait('location.search === "?agent=A004" && document.querySelectorAll(".groups tbody tr").length === 1')
        self.assertIn('1 calls', browser.js('document.querySelector(".card[data-figure=score]").innerText'))

    def test_the_table_says_what_the_charts_do(self):
        browser.click('.datatable summary')
        rows = browser.js('[...document.querySelectorAll(".datatable tbody tr")].map(r => r.innerText)')
        self.assertGreaterEqual(len(rows), 1)
        self.assertTrue(all(re.search(r'2026', r) for r in rows), rows)

    def test_the_other_pages(self):
        for tab, ready in (('reviewers', '.workload tbody tr'), ('ingest', '.tiles .tile'), ('agreement', '.agreement')):
            browser.js(f'document.querySelector(".tabs a[href*=\\"tab={tab}\\"]").click()')
            browser.wait(f'!!document.querySelector("{ready}")')


class Call(unittest.TestCase):
    def test_it_plays_and_the_keys_work(self):
        open_call('cuts-in-zh')
        audio = 'window.player.audio'
        browser.wait(f'{audio}.currentTime > 0.3', 20)
        browser.key(' ')
        browser.wait(f'{audio}.paused')
        browser.key('n')
        browser.wait(f'!{audio}.paused && Math.abs({audio}.currentTime - 5.9) < 1.5')
        self.assertRegex(browser.js('location.hash'), r'^#t=7\.9$')
        self.assertIn('0:07.9', browser.js('document.querySelector(".events tr.at").innerText'))
        browser.key('n')
        browser.wait(f'Math.abs({audio}.currentTime - 12.5) < 1.5')
        browser.key('p')
        browser.wait(f'Math.abs({audio}.currentTime - 5.9) < 1.5')
        browser.key(']')
        browser.wait(f'{audio}.playbackRate === 1.25 && {audio}.preservesPitch')
        browser.key('[')
        browser.key('a')
        browser.wait('document.querySelector(".transport [aria-pressed=true]").textContent === "Agent"')
        browser.key('b')
        browser.key('s')
        browser.wait('localStorage.getItem("skip") === "1"')
        browser.key('s')

    def test_a_deep_link_and_the_evidence_of_a_score(self):
        open_call('cuts-in-zh')
        path = browser.js('location.pathname')
        browser.open(f'{base}/calls')
        browser.open(f'{base}{path}#t=30.5')
        browser.wait('Math.abs((window.player?.audio.currentTime ?? 0) - 30.5) < 0.2')
        browser.click('.form .moment')
        browser.wait('!window.player.audio.paused && window.player.audio.currentTime < 10')

    def test_silence_is_skipped(self):
        open_call('dead-air-en')
        event = browser.js('document.querySelector(".events tbody tr").innerText')
        self.assertIn('Dead air', event)
        at = browser.js('window.player.silences.sort((a, b) => b.end - b.start - a.end + a.start)[0].start')
        browser.js('localStorage.setItem("skip", "0")')
        browser.key('s')
        browser.js(f'window.player.seek({at} + 0.1)')
        browser.wait(f'window.player.audio.currentTime > {at} + 4', 3)

    def test_a_selection_is_looped(self):
        open_call('good-en')
        browser.js('window.player.region = {start: 3, end: 3.4}; window.player.setLoop(true); window.player.seek(3.3); window.player.play()')
        for _ in range(8):
            browser.wait('window.player.audio.currentTime < 3.55 && window.player.audio.currentTime > 2.4')

    def test_a_mixed_recording(self):
        open_call('mono-zh')
        self.assertIn('one channel', browser.js('document.querySelector("p.warning").textContent'))
        browser.wait('window.player.audio.currentTime > 0.2')


def log_in(name):
    browser.js('fetch("/api/session").then(r => r.json()).then(s => s.csrf && '
               'fetch("/api/logout", {method: "POST", headers: {"X-CSRF-Token": s.csrf, "Content-Type": "application/json"}, body: "{}"}))')
    browser.open(f'{base}/')
    browser.wait('!!document.querySelector("#name")')
    browser.type('#name', name)
    browser.type('#password', PASSWORD)
    browser.key('Enter')
    browser.wait(f'[...document.querySelectorAll(".top button")].some(b => b.textContent === "{name}")')


class Review(unittest.TestCase):
    """One after the other: a reviewer scores with keys alone, the agent disputes, a lead decides."""

    def at(self):
        return browser.js('document.querySelector(".item.at")?.dataset.id')

    def test_1_scoring_needs_no_mouse(self):
        log_in('reviewer')
        browser.wait('document.querySelectorAll(".calls tbody tr").length === 6')
        browser.key('ArrowDown')
        browser.key('Enter')
        browser.wait('location.pathname.startsWith("/call/") && !!document.querySelector(".item")')
        open_call('cuts-in-zh')
        browser.wait('document.querySelector(".foot .soft")?.textContent.includes("open")')
        todo = 'document.querySelectorAll(".state.todo").length'
        before = browser.js(todo)
        self.assertGreater(before, 8)
        first = browser.wait('document.querySelector(".item.at .state.todo") && document.querySelector(".item.at").dataset.id')
        browser.key('4')
        browser.wait(f'document.querySelector(".item.at").dataset.id !== "{first}"')
        browser.key('.')
        browser.wait(f'document.querySelector("[data-id={first}] .result").textContent === "4.5"')
        browser.key('0')
        browser.wait(f'{todo} === {before} - 2')
        self.assertEqual(server.run('review', 'list', '--db', server.db).count('draft'), 1, 'saved as it is given')
        # against the machine: not without a reason
        browser.js('document.querySelector("[data-id=listening] .itemhead").click()')
        browser.js('document.activeElement.blur()')
        browser.key('4')
        browser.wait('document.activeElement.className === "reason"')
        browser.call('Input.insertText', text=f'the customer made room {NASTY}')
        browser.key('Enter')
        browser.wait('document.querySelector("[data-id=listening] .result").textContent.includes("4.0")')
        # a remark, and what is left
        browser.js('document.activeElement.blur()')
        browser.key('r')
        browser.call('Input.insertText', text='well done')
        browser.key('Escape')
        browser.wait('document.querySelector(".saved").textContent === "saved"')
        for _ in range(60): # as fast as fingers are: nothing waits for the server
            if browser.js(todo) == 0:
                break
            browser.key('3' if browser.js('!!document.querySelector(".item.at .state.todo")') else 'Enter')
        browser.wait(f'{todo} === 0')
        browser.call('Input.dispatchKeyEvent', type='keyDown', key='Enter', code='Enter', windowsVirtualKeyCode=13, modifiers=2)
        browser.wait('document.querySelector("#toast").textContent.startsWith("Submitted")')
        self.assertIn('submitted', server.run('review', 'list', '--db', server.db))
        self.assertEqual(browser.js('document.querySelectorAll(".form img").length'), 0, 'remarks stay text')

    def test_1_typing_faster_than_anybody_loses_nothing(self):
        """A whole form in one burst, from the moment at which the call is there: what was typed is what is kept."""
        for name in ('good-en', 'hold-en'):
            browser.open(f'{base}/calls')
            call = browser.wait(f'[...document.querySelectorAll(".calls tbody tr")].find(r => r.textContent.includes("{name}"))?.dataset.id')
            items = browser.js(f'fetch("/api/calls/{call}").then(r => r.json()).then(c => '
                               'c.form.items.filter(d => !d.off_for_calls && ["auto", "assist", "human"].includes(d.judged)).map(d => '
                               '({id: d.id, state: c.analysis.scorecard.items.find(i => i.id === d.id)?.state})))')
            to_do = [i['id'] for i in items if i['state'] not in ('scored', 'not_applicable')]
            self.assertGreater(len(to_do), 8)
            digits = ''.join('12345'[i % 5] for i in range(len(to_do)))
            browser.open(f'{base}/call/{call}')
            browser.wait('!!document.querySelector(".item")')
            browser.keys(digits)
            browser.wait('document.querySelectorAll(".state.todo").length === 0')
            browser.wait('document.querySelector(".saved").textContent === "saved"')
            kept = browser.js(f'fetch("/api/calls/{call}/reviews").then(r => r.json()).then(l => '
                              'fetch(`/api/reviews/${l.reviews.find(r => r.reviewer === "reviewer").id}`)).then(r => r.json()).then(r => '
                              'Object.fromEntries(r.items.filter(i => i.mark === "score").map(i => [i.id, i.score])))')
            self.assertEqual(kept, {item: int(digit) for item, digit in zip(to_do, digits)})
            shown = browser.js('Object.fromEntries([...document.querySelectorAll(".item")].map(e => '
                               '[e.dataset.id, e.querySelector(".result").textContent]))')
            for item, digit in zip(to_do, digits):
                self.assertTrue(shown[item].endswith(f'{digit}.0'), (item, digit, shown[item]))

    def test_1_what_the_network_swallows_is_said_again(self):
        open_call('mono-zh')
        first = browser.wait('document.querySelector(".item.at .state.todo") && document.querySelector(".item.at").dataset.id')
        browser.call('Network.emulateNetworkConditions', offline=True, latency=0, downloadThroughput=-1, uploadThroughput=-1)
        browser.key('2')
        browser.wait('document.querySelector(".saved").textContent.startsWith("not saved yet")')
        self.assertEqual(browser.js(f'document.querySelector("[data-id={first}] .result").textContent'), '2.0')
        browser.call('Network.emulateNetworkConditions', offline=False, latency=0, downloadThroughput=-1, uploadThroughput=-1)
        browser.wait('document.querySelector(".saved").textContent === "saved"')
        self.assertEqual(server.run('review', 'list', '--db', server.db).count('draft'), 3)

    def test_2_the_agent_disputes(self):
        log_in('agent')
        browser.wait('location.pathname === "/reviews" && document.querySelectorAll("tbody tr").length === 1')
        browser.click('tbody a')
        browser.wait('[...document.querySelectorAll(".foot button")].some(b => b.textContent === "Dispute")')
        browser.js('[...document.querySelectorAll(".foot button")].find(b => b.textContent === "Dispute").click()')
        browser.wait('document.activeElement.tagName === "TEXTAREA"')
        browser.call('Input.insertText', text='the line was bad')
        browser.click('dialog form .main')
        browser.wait('document.querySelector(".form .warning")?.textContent.includes("the line was bad")')

    def test_3_a_lead_decides(self):
        log_in('lead')
        browser.open(f'{base}/reviews?tab=disputed')
        browser.wait('document.querySelectorAll("tbody tr").length === 1')
        browser.click('tbody a')
        browser.wait('!!document.querySelector(".others button")')
        browser.click('.others button')
        browser.wait('[...document.querySelectorAll(".foot button")].some(b => b.textContent === "Decide")')
        browser.js('[...document.querySelectorAll(".foot button")].find(b => b.textContent === "Decide").click()')
        browser.wait('document.activeElement.tagName === "TEXTAREA"')
        browser.call('Input.insertText', text='upheld: it was not')
        browser.click('dialog form .main')
        browser.wait('document.querySelector(".form .flag")?.textContent.includes("upheld")')
        self.assertIn('resolved', server.run('review', 'list', '--db', server.db))
        log_in('admin')


class Listening(unittest.TestCase):
    """What the player draws and mutes, measures beside what is usual, and the parties exchanged."""

    def test_measures_stand_beside_what_is_usual(self):
        open_call('good-en')
        browser.key('m')
        browser.wait('document.querySelector(".measures").open && document.querySelectorAll(".usual .here").length > 10')
        self.assertIn('sales', browser.js('document.querySelector(".measures thead").innerText'))
        browser.key('m')
        browser.wait('!document.querySelector(".measures").open')

    def test_gaps_before_answers_are_on_the_lanes(self):
        open_call('good-en')
        self.assertGreater(browser.js('window.player.overlay.gaps.length'), 2)
        self.assertTrue(browser.js('window.player.overlay.gaps.every(g => g.end > g.start && ["agent", "customer"].includes(g.by))'))

    def test_the_parties_are_exchanged(self):
        open_call('hold-en')
        browser.key(' ')
        shape = browser.js('window.player.overlay.a.segments[0].party')
        score = browser.js('document.querySelector(".total .big").textContent')
        for _ in range(2):
            browser.key('x')
            browser.wait('document.querySelector("dialog .main") === document.activeElement')
            browser.key('Enter')
            browser.wait('document.querySelector("#toast").textContent.startsWith("Exchanged") && !document.querySelector("dialog")')
            browser.wait('!!document.querySelector(".wave > div") && window.player.audio.readyState >= 1')
            now = browser.js('window.player.overlay.a.segments[0].party')
            self.assertNotEqual(now, shape)
            shape = now
            browser.js('document.querySelector("#toast").textContent = ""')
        self.assertEqual(browser.js('document.querySelector(".total .big").textContent'), score, 'twice: as it was')

    def test_what_is_muted_is_not_heard(self):
        open_call('good-en')
        browser.js('window.player.region = {start: 4, end: 6, remove() {}}')
        browser.key('M', shift=True)
        browser.js('window.player.seek(4.2); window.player.play()')
        browser.wait('window.player.audio.muted && window.player.audio.currentTime > 4.2')
        browser.js('window.player.seek(7)')
        browser.wait('!window.player.audio.muted')
        browser.key('M', shift=True)
        self.assertEqual(browser.js('window.player.mutes.length'), 0)


class Trainers(unittest.TestCase):
    """A moment becomes an example, is heard in the library, and goes into a playlist; all by keys."""

    def test_1_a_moment_is_kept(self):
        log_in('trainer')
        open_call('cuts-in-zh')
        browser.key(' ')
        browser.key('n')
        browser.key('e')
        browser.wait('document.activeElement.name === "title"')
        browser.call('Input.insertText', text=f'Cuts in twice {NASTY}')
        browser.js('document.querySelector("dialog [name=item]").value = "listening"')
        browser.key('Enter')
        browser.wait('document.querySelector("#toast").textContent.includes("is in the library")')
        browser.key('w')
        browser.wait('!!document.querySelector("dialog audio")')
        browser.js('document.querySelector("dialog audio").play()')
        browser.wait('document.querySelector("dialog audio").currentTime > 0.2')
        self.assertIn('disguise=1', browser.js('document.querySelector("dialog a[download]").href'))
        browser.key('Escape') # and at once the next key: a dialog that is closing takes none
        browser.key('e')
        browser.wait('document.activeElement.name === "title"')
        browser.key('Escape')
        browser.key('?')
        browser.wait('!!document.querySelector("dialog .keys")')
        browser.key('Escape')
        self.assertTrue(browser.js('location.pathname.startsWith("/call/")'))

    def test_2_the_library_plays(self):
        browser.open(f'{base}/examples')
        browser.wait('document.querySelectorAll(".librarypage tbody tr[data-id]").length === 1')
        self.assertIn(NASTY, browser.js('document.querySelector(".librarypage tbody").innerText'))
        self.assertEqual(browser.js('document.querySelectorAll(".librarypage img").length'), 0)
        browser.key('ArrowDown')
        browser.key(' ')
        browser.wait('window.library.audio.currentTime > 0.3')
        browser.key('g')
        browser.key('Enter')
        browser.wait('window.library.audio.src.includes("disguise=1") && window.library.audio.currentTime > 0.2')
        browser.key('+')
        browser.wait('!!document.querySelector("dialog input[list]")')
        browser.call('Input.insertText', text='week 48')
        browser.key('Enter')
        browser.wait('[...document.querySelectorAll(".playlist")].some(b => b.textContent.includes("week 48"))')
        browser.js('[...document.querySelectorAll(".playlist")].find(b => b.textContent.includes("week 48")).click()')
        browser.wait('document.querySelector(".filters h1").textContent === "week 48"')
        self.assertEqual(browser.js('window.library.rows.length'), 1)

    def test_3_a_reviewer_reads_only(self):
        log_in('reviewer')
        browser.open(f'{base}/examples')
        browser.wait('document.querySelectorAll(".librarypage tbody tr[data-id]").length === 1')
        self.assertFalse(browser.js('[...document.querySelectorAll(".librarypage button")].some(b => /playlist$|^✕$/.test(b.textContent))'))
        log_in('admin')


# Every visible text against what is painted behind it, blended as the browser does; WCAG 2.1 AA: 4.5, of large texts 3.
CONTRAST = """(() => {
  const parse = (c) => { const v = c.match(/[\\d.]+/g).map(Number); return c.startsWith('color(') ? [v[0] * 255, v[1] * 255, v[2] * 255, v[3] ?? 1] : [v[0], v[1], v[2], v[3] ?? 1]; };
  const over = (a, b) => [0, 1, 2].map((i) => a[i] * a[3] + b[i] * (1 - a[3])).concat(1);
  const light = (c) => { const [r, g, b] = c.map((v) => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const bad = [];
  let seen = 0;
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement;
    if (!walk.currentNode.textContent.trim() || !e.getClientRects().length || e.closest('noscript, script, option, #toast, :disabled, .button.off, .u-wrap'))
      continue;
    const line = [];
    for (let a = e; a; a = a.parentElement) line.unshift(a);
    let ground = [255, 255, 255, 1], opacity = 1;
    for (const a of line) {
      const s = getComputedStyle(a);
      ground = over(parse(s.backgroundColor), ground);
      opacity *= Number(s.opacity);
    }
    const style = getComputedStyle(e), ink = parse(style.color);
    ink[3] *= opacity;
    const [x, y] = [light(over(ink, ground)), light(ground)], ratio = (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
    const size = parseFloat(style.fontSize), large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    seen++;
    if (ratio < (large ? 3 : 4.5)) bad.push(`${walk.currentNode.textContent.trim().slice(0, 30)} (${e.className || e.tagName}): ${ratio.toFixed(2)}`);
  }
  return [seen, [...new Set(bad)]];
})()"""


class Words(unittest.TestCase):
    def test_each_english_text_has_its_chinese(self):
        folder = os.path.join(ROOT, 'src', 'web', 'assets')
        with open(os.path.join(folder, 'lang.js'), encoding='utf-8') as f:
            lang = f.read()
        for name in sorted(os.listdir(folder)):
            if name.startswith('lang_'):
                with open(os.path.join(folder, name), encoding='utf-8') as f:
                    lang += f.read()
        missing = set()
        for name in os.listdir(folder):
            if name.endswith('.js') and not name.startswith('lang'):
                with open(os.path.join(folder, name), encoding='utf-8') as f:
                    for text in re.findall(r"\bt\('((?:[^'\\]|\\.)*)'\)", f.read()):
                        if f"'{text}':" not in lang:
                            missing.add(text)
        self.assertEqual(missing, set())

    def test_measures_and_flags_have_names(self):
        with open(os.path.join(ROOT, 'include', 'callqa', 'metrics.h'), encoding='utf-8') as f:
            measures = re.findall(r'X\(\w+, "(\w+)"', f.read())
        with open(os.path.join(ROOT, 'src', 'web', 'assets', 'lang.js'), encoding='utf-8') as f:
            lang = f.read()
        self.assertEqual([m for m in measures if f' {m}: [' not in lang], [])

    def test_views_in_both_languages_and_appearances(self):
        open_call('cuts-in-zh')
        call = browser.js('location.pathname')
        for lang, theme in (('en', 'light'), ('zh-CN', 'dark'), ('en', 'dark'), ('zh-CN', 'light')):
            browser.js(f'localStorage.setItem("lang", "{lang}"); localStorage.setItem("theme", "{theme}")')
            for name, path, ready in (('calls', '/calls', '.calls tbody tr'), ('dashboard', '/dashboard', '.groups tbody tr'), ('call', call, '.wave > div'), ('users', '/users', 'tbody tr'), ('examples', '/examples', '.librarypage tbody tr')):
                browser.open(base + path)
                browser.wait(f'!!document.querySelector("{ready}")')
                if name == 'call':
                    browser.wait('window.player.overlay.canvas.width > 300')
                text = browser.js('document.body.innerText')
                if lang == 'zh-CN':
                    self.assertRegex(text, '[\u4e00-\u9fff]')
                self.assertLessEqual(browser.js('document.documentElement.scrollWidth'), 1280, f'{name} {lang} is too wide')
                seen, bad = browser.js(CONTRAST)
                self.assertGreater(seen, 20)
                self.assertEqual(bad, [], f'{name} {lang} {theme}')
                if SHOTS:
                    browser.js('new Promise(done => setTimeout(done, 400))')
                    browser.shot(os.path.join(SHOTS, f'{name}-{lang[:2]}-{theme}.png'))
        browser.js('localStorage.setItem("lang", "en"); localStorage.setItem("theme", "light")')

    def test_a_tablet(self):
        browser.size(820, 1180)
        open_call('cuts-in-zh')
        self.assertLessEqual(browser.js('document.documentElement.scrollWidth'), 820)
        browser.size(1280, 720)


class ZLast(unittest.TestCase):
    def test_nothing_went_wrong_on_the_way(self):
        """Errors of scripts, and what the content policy had to stop. (A wrong filter is answered with 400.)"""
        self.assertEqual([c for c in browser.console if not any(x in c for x in ('status of 400', 'status of 401', 'status of 409', 'ERR_INTERNET_DISCONNECTED'))], [])


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1] + sys.argv[4:])
