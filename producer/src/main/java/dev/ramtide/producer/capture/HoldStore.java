package dev.ramtide.producer.capture;

import java.io.IOException;

/** Where it is written what an agent owes, for whoever finds the agent dead. */
public interface HoldStore extends AutoCloseable {
  /** Nowhere. */
  HoldStore NONE =
      new HoldStore() {
        @Override
        public void write(GuestHold hold) {}

        @Override
        public void clear() {}

        @Override
        public void close() {}
      };

  /** Replaces what is written; when this returns it outlives this process. */
  void write(GuestHold hold) throws IOException;

  /** Nothing is owed any more. */
  void clear() throws IOException;

  @Override
  void close() throws IOException;
}
