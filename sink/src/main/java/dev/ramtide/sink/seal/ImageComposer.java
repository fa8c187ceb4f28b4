package dev.ramtide.sink.seal;

import dev.ramtide.mappedram.FileRegion;
import dev.ramtide.mappedram.MappedRamLayout;
import dev.ramtide.mappedram.PageBitmap;
import dev.ramtide.sink.image.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Makes the file around the pages: headers, bitmaps, device state, and last the magic.
 *
 * <p>Without its magic QEMU refuses the file ("Not a migration stream"), so the magic is what says
 * that all the rest is there, and the first thing to go when the rest is about to change.
 */
public final class ImageComposer {
  private static final int MAGIC_BYTES = 4;

  private final StorageFile ram;
  private final MappedRamLayout layout;

  public ImageComposer(StorageFile ram, MappedRamLayout layout) {
    this.ram = ram;
    this.layout = layout;
  }

  /** Returns when no QEMU will load the file, even after a crash. */
  public void destroyMagic() throws IOException {
    ram.writeFully(0, ByteBuffer.allocate(MAGIC_BYTES));
    ram.force();
  }

  /** Before a page is written: destroys the magic if it is there. */
  public void destroyMagicIfThere() throws IOException {
    if (hasMagic()) {
      destroyMagic();
    }
  }

  /** Whether the file says that it is complete. */
  public boolean hasMagic() throws IOException {
    ByteBuffer found = ByteBuffer.allocate(MAGIC_BYTES);
    if (ram.size() < MAGIC_BYTES) {
      return false;
    }
    ram.readFully(0, found);
    return found.flip().equals(magic());
  }

  /** Returns when the file is complete and on disk. Can be repeated. */
  public void compose(List<PageBitmap> bitmaps, ByteBuffer deviceState) throws IOException {
    for (FileRegion region : layout.headers()) {
      ByteBuffer bytes = region.bytes();
      int skip = region.fileOffset() == 0 ? MAGIC_BYTES : 0;
      ram.writeFully(region.fileOffset() + skip, bytes.position(bytes.position() + skip));
    }
    for (int block = 0; block < bitmaps.size(); block++) {
      ram.writeFully(layout.bitmapFileOffset(block), bitmaps.get(block).toBytes());
    }
    long deviceStateAt = layout.deviceStateFileOffset();
    long endOfFile = deviceStateAt + deviceState.remaining();
    ram.writeFully(deviceStateAt, deviceState.duplicate());
    ram.resize(endOfFile);
    // The magic vouches for all of the above, so all of it must be on disk first.
    ram.force();
    ram.writeFully(0, magic());
    ram.force();
  }

  private ByteBuffer magic() {
    return layout.headers().get(0).bytes().slice(0, MAGIC_BYTES);
  }
}
