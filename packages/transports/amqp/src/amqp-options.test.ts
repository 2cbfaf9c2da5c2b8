import { describe, expect, it } from 'vitest';
import { amqpSettings } from './amqp-options.ts';

describe('amqpSettings', () => {
  it.each([
    ['amqp://', { host: 'localhost', port: 5672, vhost: '/', username: 'guest', password: 'guest', tls: undefined }],
    ['amqp://h/', { host: 'h', vhost: '/' }],
    ['amqp://h//', { vhost: '/' }],
    ['pyamqp://u:p@h:1/orders', { username: 'u', password: 'p', port: 1, vhost: 'orders' }],
    ['amqp://u%40x:p%2F%3A@h/a%2Fb', { username: 'u@x', password: 'p/:', vhost: 'a/b' }],
    ['amqps://h', { port: 5671, tls: {} }],
    ['amqp://[::1]:5673', { host: '::1', port: 5673 }],
    ['amqp://h?heartbeat=7&connectionName=shop', { heartbeatSeconds: 7, connectionName: 'shop' }],
  ])('reads %s', (url, expected) => {
    expect(amqpSettings(url)).toMatchObject(expected);
  });

  it("takes Celery's names", () => {
    const options = {
      native_delayed_delivery: true,
      native_delayed_delivery_queue_type: 'classic',
      login_method: 'PLAIN',
      client_properties: { team: 'shop' },
      confirm_publish: true,
      read_timeout: 10,
      write_timeout: 10,
    };
    expect(amqpSettings('amqp://', options)).toMatchObject({
      nativeDelayedDelivery: true,
      delayedQueueType: 'classic',
      loginMethod: 'plain',
      clientProperties: { team: 'shop' },
    });
  });

  it.each<[string, unknown]>([
    ['heartbeat', -1],
    ['heartbeat', '60'],
    ['quorumQueues', 'yes'],
    ['delayedQueueType', 'stream'],
    ['loginMethod', 'cram'],
    ['heartbeet', 1],
    ['clientProperties', { a: {} }],
    ['ssl', 5],
  ])('refuses %s = %j by name', (name, value) => {
    expect(() => amqpSettings('amqp://', { [name]: value })).toThrowError(
      expect.objectContaining({ code: 'CLR_CONFIGURATION', key: `brokerTransportOptions.${name}` }),
    );
  });

  it('names a TLS file that cannot be read, and takes the others', () => {
    expect(() => amqpSettings('amqps://', { ssl: { ca_certs: '/nowhere.pem' } })).toThrowError(
      expect.objectContaining({ key: 'brokerTransportOptions.ssl.ca_certs' }),
    );
    const { tls } = amqpSettings('amqp://', { ssl: { cert_reqs: 0, servername: 's' } });
    expect(tls).toEqual({ rejectUnauthorized: false, servername: 's' });
  });
});
