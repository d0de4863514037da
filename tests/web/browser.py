"""browser.py - Chromium without a window, driven over its DevTools protocol; the standard library is enough."""
import base64
import json
import os
import shutil
import socket
import struct
import subprocess
import tempfile
import time
import urllib.request

CHROMIUM = shutil.which('chromium') or shutil.which('chromium-browser')
KEYS = {' ': ('Space', 32), 'Enter': ('Enter', 13), 'Escape': ('Escape', 27), 'ArrowDown': ('ArrowDown', 40),
        'ArrowUp': ('ArrowUp', 38), 'ArrowLeft': ('ArrowLeft', 37), 'ArrowRight': ('ArrowRight', 39)}


PATIENCE = float(os.environ.get('CALLQA_TEST_PATIENCE', '1')) # on a machine that does ten things at once, more
ANSWER_S = 60 # a browser that says nothing for so long hangs: better an error than a test that never ends


class Socket:
    """A WebSocket to one page: text frames only, which is all that DevTools speaks. No wait is without an end."""

    def __init__(self, url):
        host, path = url.removeprefix('ws://').split('/', 1)
        name, port = host.split(':')
        self.s = socket.create_connection((name, int(port)), timeout=ANSWER_S)
        key = base64.b64encode(os.urandom(16)).decode()
        self.s.sendall((f'GET /{path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
                        f'Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n').encode())
        self.f = self.s.makefile('rb')
        assert b'101' in self.f.readline()
        while self.f.readline().strip():
            pass

    def send(self, text):
        data = text.encode()
        mask = os.urandom(4)
        n = len(data)
        head = bytes([0x81]) + (bytes([0x80 | n]) if n < 126 else
                                bytes([0xfe]) + struct.pack('>H', n) if n < 65536 else
                                bytes([0xff]) + struct.pack('>Q', n))
        masked = bytes(b ^ mask[i & 3] for i, b in enumerate(data))
        self.s.sendall(head + mask + masked)

    def receive(self):
        text = b''
        while True:
            first, second = self.exactly(2)
            n = second & 0x7f
            if n == 126:
                n = struct.unpack('>H', self.exactly(2))[0]
            elif n == 127:
                n = struct.unpack('>Q', self.exactly(8))[0]
            text += self.exactly(n)
            if first & 0x80:
                return text.decode()

    def exactly(self, n):
        got = self.f.read(n)
        if len(got) < n:
            raise ConnectionError('Chromium has gone')
        return got

    def close(self):
        self.f.close()
        self.s.close()


class Browser:
    def __init__(self, width=1280, height=720):
        self.folder = tempfile.mkdtemp(prefix='callqa-browser-')
        self.process = subprocess.Popen(
            [CHROMIUM, '--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run', '--mute-audio',
             '--autoplay-policy=no-user-gesture-required', '--disable-dev-shm-usage', '--disable-background-networking',
             '--disable-component-update', '--hide-scrollbars', '--remote-debugging-port=0',
             f'--user-data-dir={self.folder}', f'--window-size={width},{height}', 'about:blank'],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        port_file = os.path.join(self.folder, 'DevToolsActivePort')
        deadline = time.monotonic() + 60
        while not os.path.exists(port_file) or not os.path.getsize(port_file):
            assert time.monotonic() < deadline and self.process.poll() is None, 'Chromium does not start'
            time.sleep(0.05)
        with open(port_file, encoding='ascii') as f:
            port = f.readline().strip()
        page = None
        while not page:
            assert time.monotonic() < deadline
            with urllib.request.urlopen(f'http://127.0.0.1:{port}/json', timeout=30) as answer:
                page = next((p for p in json.load(answer) if p['type'] == 'page'), None)
        self.socket = Socket(page['webSocketDebuggerUrl'])
        self.n = 0
        self.console = []
        for domain in ('Page', 'Runtime', 'Log', 'Network'):
            self.call(f'{domain}.enable')
        self.size(width, height)

    def close(self):
        if hasattr(self, 'socket'):
            self.socket.close()
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)
        shutil.rmtree(self.folder, ignore_errors=True)

    def call(self, method, **params):
        return self.answer(self.send(method, **params), method)

    def send(self, method, **params):
        """Without waiting: answer() takes what comes of it, in the same order."""
        self.n += 1
        self.socket.send(json.dumps({'id': self.n, 'method': method, 'params': params}))
        return self.n

    def answer(self, number, method):
        deadline = time.monotonic() + ANSWER_S
        while time.monotonic() < deadline: # events may come all the time, the answer never
            got = json.loads(self.socket.receive())
            if got.get('id') == number:
                if 'error' in got:
                    raise RuntimeError(f'{method}: {got["error"]}')
                return got['result']
            self.note(got)
        raise TimeoutError(f'{method}: no answer in {ANSWER_S} s')

    def note(self, event):
        params = event.get('params', {})
        if event.get('method') == 'Runtime.exceptionThrown':
            details = params['exceptionDetails']
            self.console.append(details.get('exception', {}).get('description', details['text']))
        elif event.get('method') == 'Log.entryAdded' and params['entry']['level'] == 'error':
            self.console.append(f'{params["entry"]["text"]} {params["entry"].get("url", "")}')

    def size(self, width, height):
        self.call('Emulation.setDeviceMetricsOverride', width=width, height=height, deviceScaleFactor=1, mobile=False)

    def js(self, expression):
        done = self.call('Runtime.evaluate', expression=expression, awaitPromise=True, returnByValue=True)
        if 'exceptionDetails' in done:
            raise RuntimeError(str(done['exceptionDetails']))
        return done['result'].get('value')

    def wait(self, expression, seconds=20):
        """Until the expression is true; returns what it gives."""
        deadline = time.monotonic() + seconds * PATIENCE
        while True:
            value = self.js(expression)
            if value:
                return value
            if time.monotonic() > deadline:
                raise AssertionError(f'never true: {expression}\n{self.js("document.body.innerText")[:2000]}\n{self.console}')
            time.sleep(0.05)

    def open(self, url):
        self.call('Page.navigate', url=url)
        self.wait('document.readyState === "complete" && document.querySelector("main").children.length > 0')

    def press(self, key, modifiers=0):
        code, number = KEYS.get(key) or (f'Digit{key}' if key.isdigit() else f'Key{key.upper()}', ord(key.upper()))
        text = '\r' if key == 'Enter' else key if len(key) == 1 else ''
        return [self.send('Input.dispatchKeyEvent', type=kind, key=key, code=code, windowsVirtualKeyCode=number,
                          modifiers=modifiers, **({'text': text} if kind == 'keyDown' and text and not modifiers & 6 else {}))
                for kind in ('keyDown', 'keyUp')]

    def key(self, key, shift=False, ctrl=False):
        for number in self.press(key, (8 if shift else 0) + (2 if ctrl else 0)):
            self.answer(number, key)

    def keys(self, keys):
        """All at once, as fast as the protocol takes them."""
        for number in [n for key in keys for n in self.press(key)]:
            self.answer(number, keys)

    def type(self, selector, text):
        self.js(f'document.querySelector({json.dumps(selector)}).focus()')
        self.call('Input.insertText', text=text)

    def click(self, selector):
        self.js(f'document.querySelector({json.dumps(selector)}).click()')

    def shot(self, path):
        with open(path, 'wb') as f:
            f.write(base64.b64decode(self.call('Page.captureScreenshot', format='png')['data']))
