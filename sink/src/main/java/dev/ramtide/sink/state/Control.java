package dev.ramtide.sink.state;

import dev.ramtide.checkpoint.TopicIds;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.UUID;

/**
 * The content of the control file: whose image this is, and what it is now.
 *
 * <pre>
 *   identity:32  pages topic id:16  checkpoints topic id:16  state:1 (1 FILLING, 2 APPLYING, 3 SEALED)  checkpoint:8
 * </pre>
 */
public record Control(ImageIdentity identity, TopicIds topicIds, ControlState state) {
  private static final byte FILLING = 1;
  private static final byte APPLYING = 2;
  private static final byte SEALED = 3;

  public Control to(ControlState next) {
    return new Control(identity, topicIds, next);
  }

  ByteBuffer encode() {
    ByteBuffer into = ByteBuffer.allocate(DurableRecord.MAX_PAYLOAD_BYTES);
    identity.write(into);
    putId(into, topicIds.pages());
    putId(into, topicIds.checkpoints());
    if (state instanceof ControlState.Applying applying) {
      into.put(APPLYING).putLong(applying.checkpoint());
    } else if (state instanceof ControlState.Sealed sealed) {
      into.put(SEALED).putLong(sealed.checkpoint());
    } else {
      into.put(FILLING).putLong(0);
    }
    return into.flip();
  }

  static Control decode(ByteBuffer from) throws IOException {
    ImageIdentity identity = ImageIdentity.read(from);
    TopicIds topicIds = new TopicIds(getId(from), getId(from));
    byte kind = from.get();
    long checkpoint = from.getLong();
    return new Control(identity, topicIds, state(kind, checkpoint));
  }

  private static ControlState state(byte kind, long checkpoint) throws IOException {
    boolean numbered = checkpoint >= 1;
    if (kind == FILLING && checkpoint == 0) {
      return new ControlState.Filling();
    } else if (kind == APPLYING && numbered) {
      return new ControlState.Applying(checkpoint);
    } else if (kind == SEALED && numbered) {
      return new ControlState.Sealed(checkpoint);
    }
    throw new IOException("the control file holds state " + kind + ", checkpoint " + checkpoint);
  }

  private static void putId(ByteBuffer into, UUID id) {
    into.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
  }

  private static UUID getId(ByteBuffer from) {
    return new UUID(from.getLong(), from.getLong());
  }
}
