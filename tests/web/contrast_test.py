#!/usr/bin/env python3
"""contrast_test.py STYLE.CSS - every colour of text against every ground that it stands on, in both themes: WCAG 2.1 AA
asks for 4.5 : 1. (What is really drawn is measured in page_test.py.)"""
import re
import sys
import unittest

with open(sys.argv[1], encoding='utf-8') as f:
    STYLE = f.read()
AA = 4.5
PLAIN = ['text', 'soft', 'accent', 'agent-text', 'customer-text', 'danger', 'warning', 'good', 'mid']
GROUNDS = ['bg', 'panel', 'hover', 'at']
PAIRS = [('warning', 'warning-bg'), ('text', 'warning-bg'), ('danger', 'danger-bg'), ('text', 'danger-bg'), ('info-text', 'info-bg'),
         ('text', 'info-bg'), ('on-accent', 'accent'), ('panel', 'text'), ('panel', 'danger')]
NOT_TEXT = {'bg', 'panel', 'line', 'line2', 'hover', 'at', 'agent', 'agent-played', 'customer', 'customer-played', 'warning-bg', 'danger-bg',
            'info-bg', 'overlap', 'dead', 'hold', 'tone', 'cursor', 'selection', 'shadow'}


def theme(selector):
    block = re.search(re.escape(selector) + r'\s*\{([^}]*)\}', STYLE).group(1)
    return dict(re.findall(r'--([\w-]+):\s*([^;]+);', block))


def luminance(colour):
    parts = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(a, b):
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


class Contrast(unittest.TestCase):
    def test_the_formula(self):
        self.assertAlmostEqual(contrast('#000000', '#ffffff'), 21, 6)
        self.assertAlmostEqual(contrast('#777777', '#ffffff'), 4.478, 3)

    def test_every_text_on_every_ground(self):
        for name, colours in (('light', theme(':root')), ('dark', {**theme(':root'), **theme(':root[data-theme="dark"]')})):
            for text, ground in [(t, g) for t in PLAIN for g in GROUNDS] + PAIRS:
                ratio = contrast(colours[text], colours[ground])
                with self.subTest(theme=name, text=text, ground=ground):
                    self.assertGreaterEqual(ratio, AA, f'{text} {colours[text]} on {ground} {colours[ground]}: {ratio:.2f}')

    def test_none_is_left_out(self):
        known = set(PLAIN) | NOT_TEXT | {t for pair in PAIRS for t in pair}
        self.assertEqual(set(theme(':root')) - known, set(), 'a new colour: say here whether it is one of text')
        self.assertEqual(set(theme(':root[data-theme="dark"]')), set(theme(':root')), 'both themes have all')
        used = set(re.findall(r'[{;]\s*color:\s*var\(--([\w-]+)\)', STYLE))
        self.assertEqual(used & (NOT_TEXT - {'panel'}), set(), 'a colour of lines or grounds is used for text')


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1])
