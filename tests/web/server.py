"""server.py - a callqa with sample calls and users in a folder of its own, and a client for it."""
import http.client
import json
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time

START_S = 60
PASSWORD = 'correct horse 4711'


class Server:
    """Analyses the recordings, adds a user a role (named like it), and serves on a free port."""

    def __init__(self, callqa, recordings, *options):
        self.callqa = callqa
        self.folder = tempfile.mkdtemp(prefix='callqa-web-')
        self.db = os.path.join(self.folder, 'calls.db')
        self.env = {k: v for k, v in os.environ.items() if not k.startswith(('LC_', 'LANG', 'CALLQA_'))}
        self.env['LC_ALL'] = 'C.UTF-8'
        for path, agent, started in recordings:
            self.run('analyze', '--quiet', '--db', self.db, '--agent', agent, '--queue', 'sales', '--started-at', started, path)
        for role in ('admin', 'lead', 'reviewer', 'trainer', 'agent'):
            self.run('user', 'add', role, '--role', role, '--agent', role if role == 'agent' else '', '--db', self.db, text=PASSWORD + '\n')
        self.start(*options)

    def run(self, *args, text=None):
        done = subprocess.run([self.callqa, *args], input=text, capture_output=True, text=True, check=False,
                              env=self.env, timeout=120)
        assert done.returncode == 0, (args, done.stdout, done.stderr)
        return done.stdout

    def start(self, *options):
        self.process = subprocess.Popen([self.callqa, 'serve', '--db', self.db, '--port', '0', *options],
                                        stdout=subprocess.PIPE, env=self.env, text=True)
        if not select.select([self.process.stdout], [], [], START_S)[0]:
            self.process.kill()
            raise TimeoutError(f'the server does not start in {START_S} s')
        line = self.process.stdout.readline()
        self.port = int(line.split('127.0.0.1:')[1].split('/')[0])

    def stop(self):
        """Ends it as a service manager would; gives its exit code."""
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(20)
            raise
        self.process.stdout.close()
        return code

    def close(self):
        if self.process.poll() is None:
            self.stop()
        shutil.rmtree(self.folder)


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        return self.json['error']['code']


class Client:
    """One connection, one cookie."""

    def __init__(self, server, name=None):
        self.port = server.port
        self.connection = http.client.HTTPConnection('127.0.0.1', server.port, timeout=60)
        self.cookie = None
        self.csrf = None
        self.used = time.monotonic()
        if name:
            answer = self.login(name)
            assert answer.status == 200, answer.body

    def close(self):
        self.connection.close()

    def request(self, method, path, body=None, **headers):
        head = {k.replace('_', '-'): v for k, v in headers.items()}
        if self.cookie and 'Cookie' not in head:
            head['Cookie'] = f'callqa_session={self.cookie}'
        if self.csrf and method != 'GET' and 'X-CSRF-Token' not in head:
            head['X-CSRF-Token'] = self.csrf
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
            head.setdefault('Content-Type', 'application/json')
        if time.monotonic() - self.used > 10: # the server ends idle connections
            self.connection.close()
        self.used = time.monotonic()
        self.connection.request(method, path, body, {k: v for k, v in head.items() if v is not None})
        return Answer(self.connection.getresponse())

    def get(self, path, **headers):
        return self.request('GET', path, **headers)

    def post(self, path, body=None, **headers):
        return self.request('POST', path, {} if body is None else body, **headers)

    def login(self, name, password=PASSWORD):
        answer = self.post('/api/login', {'name': name, 'password': password})
        if answer.status == 200:
            self.cookie = answer.headers['Set-Cookie'].split('=')[1].split(';')[0]
            self.csrf = answer.json['csrf']
        return answer
