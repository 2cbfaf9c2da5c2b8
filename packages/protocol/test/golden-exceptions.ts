/** A part of the golden samples that is not compared, and why. `file` may hold `*`. */
export interface LeftOut {
  readonly file: string;
  readonly part: string;
  readonly reason: string;
}

/**
 * Everything that the golden comparison leaves out. An entry that nothing needs fails the test.
 * Parts: `body` (stays undecoded), `headers.<name>`, `properties.<name>`, `repr` (made by us from the arguments), `rebuild`
 * (sent again by our producer), `envelope` (written again), `encode` (from the Python value), `case:<repr>`.
 */
export const leftOut: readonly LeftOut[] = [
  { file: '*', part: 'headers.lang', reason: 'the language of the sender: js, where the samples say py' },

  {
    file: 'messages/ser-msgpack.json',
    part: 'body',
    reason: 'read by the msgpack package, whose tests hold these samples',
  },
  { file: 'results/msgpack-*', part: 'body', reason: 'read by the msgpack package, whose tests hold these samples' },
  { file: 'compressed/comp-bzip2.json', part: 'body', reason: 'read by the bzip2 package' },
  { file: 'compressed/comp-lzma.json', part: 'body', reason: 'lzma is not a part of this package' },

  {
    file: 'messages/ser-json-types.json',
    part: 'repr',
    reason: 'dates and decimals arrive as text, so their repr cannot be made again',
  },
  { file: 'messages/basic-reprs.json', part: 'repr', reason: 'the sender chose the text' },
  { file: 'messages/basic-send-task.json', part: 'repr', reason: 'the sender gave a list, which prints in brackets' },
  {
    file: 'canvas/xmap.json',
    part: 'repr',
    reason: 'the args of a signature are a tuple in Python, a list once they have travelled',
  },
  {
    file: 'canvas/xstarmap.json',
    part: 'repr',
    reason: 'the args of a signature are a tuple in Python, a list once they have travelled',
  },
  {
    file: 'canvas/chunks.json',
    part: 'repr',
    reason: 'the args of a signature are a tuple in Python, a list once they have travelled',
  },

  {
    file: 'messages/time-countdown-tz.json',
    part: 'headers.eta',
    reason: 'an offset other than +00:00 goes out as text',
  },
  { file: 'messages/time-eta-naive.json', part: 'headers.eta', reason: 'a time without offset goes out as text' },
  { file: 'messages/time-eta-str.json', part: 'headers.eta', reason: 'the sender chose the text' },

  { file: 'broker-amqp/minimal-v2*', part: 'rebuild', reason: 'has fewer headers than a producer sends' },
  { file: 'interop/*', part: 'rebuild', reason: 'has fewer headers than a producer sends' },
  { file: 'interop/*', part: 'envelope', reason: 'has fewer properties than a transport writes' },

  { file: 'broker-amqp/publish-topic.json', part: 'properties.priority', reason: 'sent without a priority' },
  { file: 'broker-amqp/publish-transient.json', part: 'properties.priority', reason: 'sent without a priority' },

  { file: 'reprs/saferepr.json', part: 'case:1.0', reason: 'JavaScript does not tell 1.0 from 1' },
  { file: 'reprs/saferepr.json', part: 'case:frozenset()', reason: 'no such type here' },
  { file: 'reprs/saferepr.json', part: 'case:frozenset({1})', reason: 'no such type here' },
  { file: 'reprs/saferepr.json', part: "case:Decimal('1.0')", reason: 'no such type here' },
  {
    file: 'reprs/saferepr.json',
    part: 'case:datetime.datetime(2020, 1, 1, 0, 0)',
    reason: 'no time without a zone here',
  },
  { file: 'reprs/saferepr.json', part: 'case:datetime.date(2020, 1, 1)', reason: 'no such type here' },
  { file: 'reprs/saferepr.json', part: 'case:<Obj>', reason: 'an object with a repr of its own' },
  { file: 'reprs/saferepr.json', part: 'case:range(0, 3)', reason: 'no such type here' },
  { file: 'reprs/saferepr.json', part: 'case:(1, (2, (3, (...,))))', reason: 'no tuples inside of lists here' },

  { file: 'serializers/date.json', part: 'encode', reason: 'no such type here' },
  { file: 'serializers/time.json', part: 'encode', reason: 'no such type here' },
  { file: 'serializers/decimal.json', part: 'encode', reason: 'no such type here' },
  { file: 'serializers/uuid.json', part: 'encode', reason: 'no such type here: a UUID is text' },
  { file: 'serializers/datetime-naive.json', part: 'encode', reason: 'no time without a zone here' },
  { file: 'serializers/datetime-utc.json', part: 'encode', reason: 'a Date holds milliseconds' },
];

/** Samples that must be refused, with the code of the error. */
export const refused: ReadonlyMap<string, string> = new Map([
  ['interop/not-json.json', 'CLR_INVALID_MESSAGE'],
  ['interop/body-two.json', 'CLR_INVALID_TASK'],
  ['interop/no-properties.json', 'CLR_DECODE'],
  ['interop/no-content-type.json', 'CLR_CONTENT_DISALLOWED'],
  ['broker-amqp/bad-content-type.json', 'CLR_CONTENT_DISALLOWED'],
  ['broker-amqp/bad-eta.json', 'CLR_INVALID_TASK'],
  ['broker-amqp/bad-json.json', 'CLR_DECODE'],
  ['broker-amqp/bad-kwargs.json', 'CLR_INVALID_TASK'],
  ['broker-amqp/bad-no-task.json', 'CLR_INVALID_TASK'],
]);
