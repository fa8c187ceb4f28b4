package dev.ramtide.sink;

import dev.ramtide.mappedram.MappedRamIndex;
import dev.ramtide.sink.image.ChannelFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** What a bad disk does to an image. */
public final class BadDisk {
  private BadDisk() {}

  /** Of a page that has data. */
  public static void flipInPage(Path image) throws IOException {
    flip(image, index(image).fileOffsetOfPage(0, 1) + 77);
  }

  public static void flipInDeviceState(Path image) throws IOException {
    flip(image, index(image).deviceStateFileOffset() + 20);
  }

  /** Behind the end of RAM, so that no device state is left. */
  public static void cutDeviceStateOff(Path image) throws IOException {
    long end = index(image).deviceStateFileOffset();
    try (ChannelFile file = ChannelFile.open(image)) {
      file.resize(end);
    }
  }

  public static void destroyMagic(Path image) throws IOException {
    try (ChannelFile file = ChannelFile.open(image)) {
      file.writeFully(0, ByteBuffer.allocate(4));
    }
  }

  /** In the headers, where the first RAMBlock's place stands. */
  public static void spoilHeaders(Path image) throws IOException {
    try (ChannelFile file = ChannelFile.open(image)) {
      file.writeFully(30, ByteBuffer.allocate(64));
    }
  }

  private static void flip(Path image, long fileOffset) throws IOException {
    try (ChannelFile file = ChannelFile.open(image)) {
      ByteBuffer one = ByteBuffer.allocate(1);
      file.readFully(fileOffset, one);
      file.writeFully(fileOffset, one.put(0, (byte) ~one.get(0)).flip());
    }
  }

  private static MappedRamIndex index(Path image) throws IOException {
    try (ChannelFile file = ChannelFile.openForReading(image)) {
      return MappedRamIndex.read(file);
    }
  }
}
