// node readers.mjs BOOTSTRAP REGISTRY_URL PREFIX.VM: reads both topics of a VM from begin to end, and prints what each of two
// decoders made of them, a JSON object a line. Nothing of Ramtide's is used but the names of its topics.
import {createHash, randomUUID} from 'node:crypto';
import {createRequire} from 'node:module';
const require = createRequire(import.meta.url);
const {Kafka, CompressionTypes, CompressionCodecs, logLevel} = require('kafkajs');
const {decompress} = require('fzstd');
const kafkajsRegistry = require('@kafkajs/confluent-schema-registry');
const {SchemaRegistryClient} = require('@confluentinc/schemaregistry/dist/schemaregistry-client.js');
const {AvroDeserializer} = require('@confluentinc/schemaregistry/dist/serde/avro.js');
const {SerdeType} = require('@confluentinc/schemaregistry/dist/serde/serde.js');

const PAGE_BYTES = 4096;
const [bootstrap, registryUrl, log] = process.argv.slice(2);
const topics = [`${log}.pages`, `${log}.checkpoints`];

CompressionCodecs[CompressionTypes.ZSTD] = () => ({
  compress: () => { throw new Error('a reader'); },
  decompress: async (bytes) => Buffer.from(decompress(bytes)),
});

async function read() {
  const kafka = new Kafka({brokers: [bootstrap], logLevel: logLevel.ERROR});
  const admin = kafka.admin();
  await admin.connect();
  const missing = new Map();
  for (const topic of topics) {
    for (const {partition, high} of await admin.fetchTopicOffsets(topic)) {
      if (Number(high) > 0) missing.set(`${topic}-${partition}`, Number(high));
    }
  }
  await admin.disconnect();
  const consumer = kafka.consumer({groupId: randomUUID()});
  await consumer.connect();
  await consumer.subscribe({topics, fromBeginning: true});
  const messages = [];
  await new Promise((done, failed) => {
    consumer.on(consumer.events.CRASH, ({payload}) => failed(payload.error));
    consumer.run({eachMessage: async ({topic, partition, message}) => {
      messages.push({topic, value: message.value});
      const key = `${topic}-${partition}`;
      if (Number(message.offset) + 1 >= missing.get(key)) missing.delete(key);
      if (missing.size === 0) done();
    }}).catch(failed);
  });
  await consumer.disconnect();
  return messages;
}

function summary(reader, records) {
  const counts = {};
  for (const {name} of records) counts[name] = (counts[name] ?? 0) + 1;
  const of = (name) => records.filter((record) => record.name === name).map(({record}) => record);
  const memory = of('EpochStarted')[0].blocks.map(({name, usedLength}) => ({name, bytes: Buffer.alloc(Number(usedLength), 0xEE)}));
  for (const event of of('DirtyPages')) {
    let from = 0;
    for (const {firstPage, pageCount, kind} of event.ranges) {
      const at = Number(firstPage) * PAGE_BYTES, length = Number(pageCount) * PAGE_BYTES;
      if (kind === 'DATA') {
        event.pages.copy(memory[event.block].bytes, at, from, from + length);
        from += length;
      } else {
        memory[event.block].bytes.fill(0, at, at + length);
      }
    }
    if (from !== event.pages.length) throw new Error(`${event.pages.length} bytes of pages, ${from} in ranges`);
  }
  const manifest = of('CheckpointCompleted')[0];
  return JSON.stringify({
    reader,
    counts,
    blocks: memory.map(({name, bytes}) => ({name, sha256: createHash('sha256').update(bytes).digest('hex')})),
    checkpoint: Number(manifest.checkpoint),
    label: manifest.label,
    pagesScanned: Number(manifest.pagesScanned),
    deviceStateBytes: of('DeviceState').reduce((sum, chunk) => sum + chunk.bytes.length, 0),
  });
}

const nameOf = (record) => record.constructor.name.split('.').pop();
const messages = await read();
const kafkajs = new kafkajsRegistry.SchemaRegistry({host: registryUrl});
const client = new SchemaRegistryClient({baseURLs: [registryUrl], cacheCapacity: 100});
const confluent = new AvroDeserializer(client, SerdeType.VALUE, {});
for (const [reader, decode] of [
  ['@kafkajs/confluent-schema-registry', ({value}) => kafkajs.decode(value)],
  ['@confluentinc/schemaregistry', ({topic, value}) => confluent.deserialize(topic, value)],
]) {
  const records = [];
  for (const message of messages) {
    const record = await decode(message);
    records.push({name: nameOf(record), record});
  }
  console.log(summary(reader, records));
}
