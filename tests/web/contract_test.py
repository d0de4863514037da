#!/usr/bin/env python3
"""contract_test.py CALLQA SOURCE-ROOT - docs/openapi.json describes every route of the server and no other, who may use
it, and what is really answered."""
import json
import os
import re
import sqlite3
import sys
import time
import unittest
import warnings

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from server import PASSWORD, Client, Server  # noqa: E402

try:
    import jsonschema
except ImportError:
    print('python3-jsonschema is missing (tools/setup test)')
    sys.exit(77)
CALLQA = os.path.abspath(sys.argv[1])
ROOT = os.path.abspath(sys.argv[2])
SAMPLES = os.path.join(ROOT, 'data', 'samples')
ROLES = {'ALL_ROLES': 'all', 'STAFF': 'admin, lead, reviewer, trainer', 'LEADS': 'admin, lead', 'TRAINERS': 'admin, lead, trainer', 'ROLE(ADMIN)': 'admin'}
with open(os.path.join(ROOT, 'docs', 'openapi.json'), encoding='utf-8') as doc_file:
    DOC = json.load(doc_file)


def routes():
    """(method, path with {id}): who may use it, out of the server's own table."""
    with open(os.path.join(ROOT, 'src', 'web', 'dispatch.c'), encoding='utf-8') as f:
        table = re.search(r'routes\[\] = \{(.*?)\n\};', f.read(), re.S).group(1)
    found = re.findall(r'\{CQ_WEB_(\w+),\s*"([^"]+)",\s*\w+,\s*([^,]+),\s*(\w+)\}', table)
    assert len(found) == table.count('CQ_WEB_'), 'a row of the table is written in another way'
    return {(m, p.replace('#', '{id}')): 'anybody' if how == 'NO_AUTH' else ROLES[roles] for m, p, roles, how in found}


def operations():
    return {(m.upper(), p): o for p, ops in DOC['paths'].items() for m, o in ops.items()}


def validator(schema):
    return jsonschema.Draft202012Validator({**schema, 'components': DOC['components']}, format_checker=jsonschema.FormatChecker())


class Checked:
    """A client whose every request and answer is held against the document."""

    seen = set()

    def __init__(self, server, name=None):
        self.client = Client(server)
        if name:
            self.ask('POST', '/api/login', {'name': name, 'password': PASSWORD})

    def ask(self, method, path, body=None, status=200, **headers):
        plain = path.split('?')[0]
        key = next(k for k in operations() if k[0] == method and re.fullmatch(re.escape(k[1]).replace(r'\{id\}', r'\d+'), plain))
        operation = operations()[key]
        if body is not None:
            validator(operation['requestBody']['content']['application/json']['schema']).validate(body)
        allowed = {p['name'] for p in operation.get('parameters', []) if p['in'] == 'query'}
        asked = {a.split('=')[0] for a in path.split('?')[1].split('&')} if '?' in path else set()
        assert asked <= allowed | {'lang'}, f'{path}: {asked - allowed} is not described'
        answer = self.client.post(path, body, **headers) if method == 'POST' else self.client.request(method, path, **headers)
        assert answer.status == status, (method, path, answer.status, answer.body[:300])
        if plain == '/api/login' and status == 200:
            self.client.cookie = answer.headers['Set-Cookie'].split('=')[1].split(';')[0]
            self.client.csrf = answer.json['csrf']
        described = operation['responses'].get(str(status), operation['responses']['default'])
        if '$ref' in described:
            described = DOC['components']['responses'][described['$ref'].rsplit('/', 1)[1]]
        for name in described.get('headers', {}):
            assert answer.headers[name], (path, name)
        kind = answer.headers['Content-Type'].split(';')[0]
        content = described.get('content', {})
        if content:
            assert kind in content, (path, kind)
            if kind == 'application/json':
                validator(content[kind]['schema']).validate(answer.json)
            else:
                assert answer.body, path
        if status < 400:
            Checked.seen.add(key)
        return answer.json if kind == 'application/json' else answer


class Document(unittest.TestCase):
    def test_every_route_is_described_and_no_other(self):
        described = set(operations())
        self.assertEqual(sorted(set(routes()) - described), [], 'routes that docs/openapi.json lacks')
        self.assertEqual(sorted(described - set(routes())), [], 'what docs/openapi.json describes and is not there')

    def test_who_may_is_told_as_it_is(self):
        self.assertEqual({k: o['x-roles'] for k, o in operations().items()}, routes())
        for key, o in operations().items():
            self.assertEqual(o.get('security') == [], o['x-roles'] == 'anybody', key)
            self.assertEqual(any('csrf' in s for s in o.get('security', [])), o['x-roles'] != 'anybody' and key[0] != 'GET', key)

    def test_it_is_well_made(self):
        self.assertTrue(DOC['openapi'].startswith('3.1'))
        names = [o['operationId'] for o in operations().values()]
        self.assertEqual(len(set(names)), len(names))
        for key, o in operations().items():
            self.assertTrue(o['summary'], key)
            self.assertEqual('{id}' in key[1], any(p['in'] == 'path' for p in o.get('parameters', [])), key)
        refs = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(DOC)))
        self.assertEqual(refs, set(DOC['components']['schemas']), 'each schema is used, and each that is used is there')
        for schema in DOC['components']['schemas'].values():
            jsonschema.Draft202012Validator.check_schema(schema)


class Answers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        names = sorted(n for n in os.listdir(SAMPLES) if n.endswith('.flac'))
        cls.server = Server(CALLQA, [(os.path.join(SAMPLES, n), 'agent', f'2026-11-2{i}T10:00:00Z') for i, n in enumerate(names)])
        now = int(time.time())
        with sqlite3.connect(cls.server.db) as db:
            db.execute('UPDATE calls SET started_at = NULL, started_s = NULL, agent = NULL, queue = NULL WHERE id = 6')
            db.execute('INSERT INTO jobs(path, dir, stem, source, kind, state, reason, size_bytes, mtime_ns, inode, seen_ms, changed_ms, grown_ms,'
                       " order_s, attempts, crashes, alone, again, todo, todo_ms, todo_tries) VALUES('/in/a.wav', '/in', 'a', 'pbx', 0, 5, 'no space',"
                       ' 1, 1, 1, ?, ?, 1, ?, 3, 0, 0, 0, 0, 0, 0)', (now * 1000, now * 1000, now))

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def test_answers_are_as_described(self):
        nobody = Checked(self.server)
        nobody.ask('GET', '/api/openapi.json')
        self.assertEqual(nobody.ask('GET', '/api/session')['user'], None)
        nobody.ask('GET', '/api/calls', status=401)
        nobody.ask('POST', '/api/login', {'name': 'lead', 'password': 'wrong'}, status=401)
        admin, lead, reviewer, agent = (Checked(self.server, n) for n in ('admin', 'lead', 'reviewer', 'agent'))
        # people
        admin.ask('GET', '/api/session')
        added = admin.ask('POST', '/api/users', {'name': 'new', 'title': '新', 'role': 'trainer', 'agent': '', 'password': PASSWORD})
        admin.ask('POST', f'/api/users/{added["id"]}', {'role': 'reviewer', 'disabled': True})
        admin.ask('GET', '/api/users')
        lead.ask('GET', '/api/users', status=403)
        # calls
        reviewer.ask('GET', '/api/fields')
        reviewer.ask('GET', '/api/calls?count=1&limit=2&columns=agent.interruptions,queue,started_at,severity,truncated&order=-score')
        reviewer.ask('GET', '/api/calls?count=1')
        reviewer.ask('GET', '/api/calls?where=nosuch', status=400)
        reviewer.ask('GET', '/api/calls.csv?order=score')
        reviewer.ask('GET', '/api/calls.xlsx?flag=dead_air')
        for call in range(1, 7):
            reviewer.ask('GET', f'/api/calls/{call}')
            reviewer.ask('GET', f'/api/calls/{call}/ranges')
        reviewer.ask('POST', '/api/calls/4/swap', {})
        reviewer.ask('GET', '/api/calls/999', status=404)
        reviewer.ask('GET', '/api/calls/1/peaks')
        reviewer.ask('GET', '/api/calls/1/audio.wav')
        reviewer.ask('GET', '/api/calls/1/audio.wav', status=206, Range='bytes=0-99')
        # queries, assignments
        query = lead.ask('POST', '/api/queries', {'name': 'a', 'query': 'flag=dead_air', 'shared': True})['id']
        reviewer.ask('GET', '/api/queries')
        lead.ask('POST', f'/api/queries/{query}', {'name': 'b'})
        lead.ask('POST', '/api/queries', {'name': 'b', 'query': ''}, status=409)
        lead.ask('DELETE', f'/api/queries/{query}')
        lead.ask('GET', '/api/reviewers')
        lead.ask('POST', '/api/assignments?order=score', {'first': 2, 'reviewers': ['reviewer'], 'due': '2026-12-24'})
        # examples
        example = lead.ask('POST', '/api/examples', {'call': 1, 'from': 5, 'to': 9.5, 'item': 'listening', 'title': 'so', 'why': 'x', 'good': False})['id']
        reviewer.ask('GET', '/api/examples')
        reviewer.ask('GET', f'/api/examples/{example}/audio.wav?disguise=1')
        reviewer.ask('GET', '/api/calls/1/clip.wav?from=5&to=6&mute=5.2-5.4')
        lead.ask('POST', '/api/playlists', {'name': 'week', 'examples': [example]})
        reviewer.ask('GET', '/api/playlists')
        lead.ask('DELETE', f'/api/examples/{example}')
        # reviews
        for call in (1, 2, 3):
            for who in (reviewer, admin):
                review = who.ask('POST', f'/api/calls/{call}/reviews')
                item = review['items'][0]['id']
                who.ask('POST', f'/api/reviews/{review["id"]}/item', {'item': item, 'mark': 'score', 'score': 4, 'remark': 'x', 'reason': 'y', 'clip': [1, 2.5]})
                who.ask('POST', f'/api/reviews/{review["id"]}/remark', {'remark': 'good'})
                who.ask('POST', f'/api/reviews/{review["id"]}/submit', status=409, body={})
                who.ask('POST', f'/api/reviews/{review["id"]}/submit', {'open_na': True})
        agent.ask('POST', f'/api/reviews/{review["id"]}/dispute', {'reason': 'no'})
        lead.ask('GET', f'/api/reviews/{review["id"]}')
        lead.ask('POST', f'/api/reviews/{review["id"]}/resolve', {'resolution': 'yes', 'finals': [{'item': item, 'mark': 'score', 'score': 5}]})
        for who in (admin, lead, reviewer, agent):
            who.ask('GET', '/api/reviews?state=submitted')
            who.ask('GET', '/api/calls/1/reviews')
        # the dashboard
        while lead.ask('GET', '/api/figures?bucket=week&agent=agent')['pending']:
            pass
        lead.ask('GET', '/api/figures?bucket=day')
        for by in ('agent', 'queue', 'department'):
            lead.ask('GET', f'/api/figures/groups?by={by}')
        lead.ask('GET', '/api/workload?since=2026-01-01')
        lead.ask('GET', '/api/agreement')
        job = lead.ask('GET', '/api/ingest')['jobs'][0]['id']
        lead.ask('POST', f'/api/jobs/{job}/retry')
        # the end
        reviewer.ask('POST', '/api/password', {'old': PASSWORD, 'password': 'another password'})
        agent.ask('POST', '/api/logout', {})
        self.assertEqual(sorted(set(operations()) - Checked.seen), [], 'routes that this test never had an answer of')


if __name__ == '__main__':
    warnings.simplefilter('ignore')
    unittest.main(argv=sys.argv[:1], warnings='ignore')
