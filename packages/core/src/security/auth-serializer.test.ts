import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_LIMITS, systemClock } from '@celeriac/protocol';
import { useCelery } from '@celeriac/tooling/services';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { memoryApp, takeSent } from '../publish/memory-app.fixture.ts';
import { runtimeOf } from '../runtime/runtime-of.ts';
import { authSerializer } from './auth-serializer.ts';
import { certificateId, readCertificate, readCertStore } from './certificate.ts';

let folder = '';
const path = (name: string): string => join(folder, name);
const pem = (name: string): Buffer => readFileSync(path(name));

function certify(name: string, ...more: readonly string[]): void {
  const subject = ['-subj', `/C=DE/O=Werk ${name}/CN=a=b`, '-days', '2'];
  const files = ['-keyout', path(`${name}.key`), '-out', path(`store/${name}.pem`)];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', ...subject, ...files, ...more], { stdio: 'ignore' });
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'celeriac-auth-'));
  mkdirSync(path('store'));
  certify('one', '-nodes');
  certify('two', '-passout', 'pass:secret');
});
afterAll(() => rmSync(folder, { recursive: true }));

const serializer = (name: string, more: object = {}) => {
  const store = readCertStore(path('store'), Date.now());
  const [key, certificate] = [pem(`${name}.key`), pem(`store/${name}.pem`)];
  const inner = runtimeOf(memoryApp()).serializers.byName('json');
  return authSerializer({ key, certificate, store, digest: 'sha256', inner: [inner], clock: systemClock, ...more });
};
const value = [[1, 'ü'], { when: '2026' }, null];

describe('the serializer auth', () => {
  test('reads what it or another of the store has signed', () => {
    const [one, two] = [serializer('one'), serializer('two', { keyPassword: 'secret' })];
    for (const written of [one.encode(value), two.encode(value)]) {
      expect(one.decode(written, DEFAULT_LIMITS)).toEqual(value);
      expect(two.decode(written, DEFAULT_LIMITS)).toEqual(value);
    }
    expect(one).toMatchObject({ name: 'auth', contentType: 'application/data', contentEncoding: 'utf-8' });
  });

  test('refuses what was changed, cut, not signed, or signed by others', () => {
    const one = serializer('one');
    const packed = Buffer.from(Buffer.from(one.encode(value)).toString('latin1'), 'base64');
    const changed = Buffer.from(packed);
    changed.writeUInt8(changed.at(-2)! ^ 1, changed.length - 2);
    const cases = [
      changed,
      packed.subarray(0, 100),
      packed.subarray(0, packed.length - 1),
      Buffer.from('[[], {}, null]'),
    ];
    for (const bad of cases) {
      const body = Buffer.from(bad.toString('base64'));
      expect(() => one.decode(body, DEFAULT_LIMITS)).toThrow(expect.objectContaining({ code: 'CLR_DECODE' }));
    }
    const alone = new Map([
      [certificateId(readCertificate('x', pem('store/one.pem'))), readCertificate('x', pem('store/one.pem'))],
    ]);
    const strict = serializer('one', { store: alone });
    const foreign = serializer('two', { keyPassword: 'secret' }).encode(value);
    expect(() => strict.decode(foreign, DEFAULT_LIMITS)).toThrow(/nobody in the store/);
    const late = { ...systemClock, now: () => Date.now() + 3 * 86_400_000 };
    expect(() => serializer('one', { clock: late }).decode(one.encode(value), DEFAULT_LIMITS)).toThrow(/has expired/);
    expect(() => one.decode(one.encode(value), { ...DEFAULT_LIMITS, maxMessageBytes: 10 })).toThrow(
      expect.objectContaining({ code: 'CLR_MESSAGE_TOO_LARGE' }),
    );
  });

  test('needs a key and a certificate that belong together', () => {
    const refused = (more: object) =>
      expect(() => serializer('one', more)).toThrow(expect.objectContaining({ code: 'CLR_CONFIGURATION' }));
    refused({ key: 'no key' });
    refused({ certificate: 'none' });
    refused({ key: pem('two.key'), keyPassword: 'wrong' });
    refused({ key: pem('two.key'), keyPassword: 'secret' });
  });
});

describe('an app with signed messages', () => {
  const signed = { taskSerializer: 'auth', acceptContent: ['auth'] } as const;
  const parts = () => ({ key: path('one.key'), certificate: path('store/one.pem'), certStore: path('store/*.pem') });

  test('sends them, and reads nothing else', async () => {
    await using app = memoryApp(signed).setupSecurity(parts());
    const add = app.task('add', (x: number, y: number) => x + y);
    expect(await (await add.apply([2, 3])).get()).toBe(5);
    await add.delay(2, 3);
    const runtime = runtimeOf(app);
    const [sent] = await takeSent(app, 1);
    const { body, contentType, contentEncoding } = sent!.raw;
    expect([contentType, contentEncoding]).toEqual(['application/data', 'utf-8']);
    const decode = (bytes: Uint8Array, type: string) =>
      runtime.serializers.decode(bytes, type, 'utf-8', runtime.accept);
    expect(decode(body, contentType)).toMatchObject([[2, 3], {}, {}]);
    for (const type of ['application/json', 'application/data']) {
      expect(() => decode(Buffer.from('[[2, 3], {}, {}]'), type)).toThrow(
        expect.objectContaining({ code: expect.stringMatching(/CLR_(?:CONTENT_DISALLOWED|DECODE)/) }),
      );
    }
  });

  test('is refused when unsigned messages could be read too, or a part is missing', () => {
    const refused = (make: () => unknown) =>
      expect(make).toThrow(expect.objectContaining({ code: 'CLR_CONFIGURATION' }));
    refused(() => memoryApp().setupSecurity(parts()));
    refused(() => memoryApp({ ...signed, acceptContent: ['auth', 'json'] }).setupSecurity(parts()));
    refused(() => memoryApp(signed).setupSecurity({ ...parts(), certStore: undefined } as never));
    refused(() => runtimeOf(memoryApp({ ...signed, securityKey: path('absent') })).settings);
    refused(() => runtimeOf(memoryApp(signed).setupSecurity({ ...parts(), digest: 'md0' })).settings);
    writeFileSync(path('broken.pem'), 'none');
    refused(() => runtimeOf(memoryApp(signed).setupSecurity({ ...parts(), certStore: path('broken.pem') })).settings);
  });
});

const celery = await useCelery();
const SCRIPT = `
import json, sys
from celery.security.serialization import SecureSerializer
from celery.security.certificate import Certificate, FSCertStore
from celery.security.key import PrivateKey
key, cert, store = sys.argv[1:4]
auth = SecureSerializer(PrivateKey(open(key).read()), Certificate(open(cert).read()), FSCertStore(store))
print(json.dumps([auth.deserialize(sys.stdin.read()), auth.serialize([[1, 'ü'], {'x': 2}, None])]))
`;

function hasCryptography(): boolean {
  if (celery.skipped !== undefined) return false;
  try {
    execFileSync(celery.python, ['-I', '-c', 'import cryptography'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const canSign = hasCryptography();
if (!canSign) console.warn('Tests of signed messages with Python are skipped: python3-cryptography is not there.');

test.skipIf(!canSign)("Python's Celery reads what we sign, and we what it signs", () => {
  const one = serializer('one');
  const input = Buffer.from(one.encode(value)).toString('latin1');
  const args = ['-I', '-c', SCRIPT, path('one.key'), path('store/one.pem'), path('store')];
  const python = celery.skipped === undefined ? celery.python : '';
  const [read, written] = JSON.parse(execFileSync(python, args, { input, encoding: 'utf8' })) as [unknown, string];
  expect(read).toEqual(value);
  expect(one.decode(Buffer.from(written), DEFAULT_LIMITS)).toEqual([[1, 'ü'], { x: 2 }, null]);
});
