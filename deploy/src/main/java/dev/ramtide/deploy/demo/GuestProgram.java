package dev.ramtide.deploy.demo;

import static dev.ramtide.deploy.demo.X86Code.Register.EAX;
import static dev.ramtide.deploy.demo.X86Code.Register.EBX;
import static dev.ramtide.deploy.demo.X86Code.Register.ECX;
import static dev.ramtide.deploy.demo.X86Code.Register.EDI;
import static dev.ramtide.deploy.demo.X86Code.Register.EDX;
import static dev.ramtide.deploy.demo.X86Code.Register.ESI;
import static dev.ramtide.deploy.demo.X86Code.Register.ESP;

/**
 * A guest of 512 bytes that fills memory, then goes round a number of hot pages and counts in each
 * of them.
 *
 * <pre>
 *   0x0500   0x600dd00d once the memory is filled
 *   0x0504   passes done
 *   0x0508   0, or the address of a hot page in which a pass found another count than its own
 *   0x050c   bursts done, of a guest that does them at the press of a key
 *   0x1000   interrupt table, used only to sleep between bursts
 *   fill     pseudo-random dwords, incompressible, or one dword again and again
 *   hot      first dword of each page: passes done (one more where the running pass has been)
 * </pre>
 *
 * Because it checks every page before it counts on, a guest restored from a mixture of two moments
 * finds itself out within a pass.
 *
 * @param fill the memory to fill
 * @param hotBase address of the first hot page; they may lie in the filled memory
 * @param hotPages 0 for a guest that fills and halts
 * @param strideBytes from one hot page to the next
 * @param burstPages pages between two sleeps
 * @param sleepTicks length of a sleep in hundredths of a second; 0 never sleeps
 * @param onKey whether a sleep goes on until a key is pressed; it is looked for at its end
 */
public record GuestProgram(
    Fill fill,
    int hotBase,
    int hotPages,
    int strideBytes,
    int burstPages,
    int sleepTicks,
    boolean onKey) {
  public static final long MARKER_ADDRESS = 0x500;
  public static final long PASS_ADDRESS = 0x504;
  public static final long ERROR_ADDRESS = 0x508;
  public static final long BURST_ADDRESS = 0x50C;
  public static final int MARKER = 0x600dd00d;

  private static final int PAGE_BYTES = 4096;
  private static final int MEBIBYTE = 1 << 20;
  private static final int IDT = 0x1000;
  private static final int TIMER_VECTOR = 0x20;

  /** A hundredth of a second, in periods of the PC's timer of 1.193182 MHz. */
  private static final int TICK_DIVISOR = 11932;

  /**
   * {@code size / 4} dwords: {@code x(0) = seed}, {@code x(n+1) = x(n) * factor + summand}.
   *
   * @param base below 2.5 GiB, as the end
   * @param sizeBytes a multiple of 4; 0 fills nothing
   */
  public record Fill(int base, long sizeBytes, int seed, int factor, int summand) {
    public Fill {
      if (base < MEBIBYTE
          || sizeBytes < 0
          || sizeBytes % 4 != 0
          || base + sizeBytes > 2560L * MEBIBYTE) {
        throw new IllegalArgumentException("fill " + sizeBytes + " bytes at " + base);
      }
    }
  }

  public GuestProgram {
    if (hotPages < 0 || hotPages > 0 && (hotBase < MEBIBYTE || hotBase % PAGE_BYTES != 0)) {
      throw new IllegalArgumentException(hotPages + " hot pages at " + hotBase);
    }
    if (strideBytes < PAGE_BYTES || strideBytes % PAGE_BYTES != 0) {
      throw new IllegalArgumentException("hot pages " + strideBytes + " bytes apart");
    }
    if (burstPages < 1 || sleepTicks < 0) {
      throw new IllegalArgumentException(
          "bursts of " + burstPages + " pages, sleeps of " + sleepTicks + " ticks");
    }
    if (onKey && sleepTicks == 0) {
      throw new IllegalArgumentException("a key is waited for in a sleep, and there is none");
    }
  }

  /** With one hot page right after the other. */
  public GuestProgram(Fill fill, int hotBase, int hotPages, int burstPages, int sleepTicks) {
    this(fill, hotBase, hotPages, PAGE_BYTES, burstPages, sleepTicks, false);
  }

  /** Fills with incompressible bytes from 16 MiB on, and halts. */
  public static GuestProgram idle(int fillMib) {
    return new GuestProgram(random(16, fillMib), 0, 0, 1, 0);
  }

  private static Fill random(int baseMib, int fillMib) {
    return new Fill(baseMib * MEBIBYTE, (long) fillMib * MEBIBYTE, 0x12345678, 1664525, 1013904223);
  }

  /** Fills from 16 MiB on, then counts without a rest in pages of the filled memory. */
  public static GuestProgram busy(int fillMib, int hotPages) {
    return new GuestProgram(idle(fillMib).fill, 16 * MEBIBYTE, hotPages, Math.max(1, hotPages), 0);
  }

  /**
   * Fills from 16 MiB on, then counts in {@code pagesPerSecond} of the hot pages each second, the
   * next ones each time.
   */
  public static GuestProgram paced(int fillMib, int hotPages, int pagesPerSecond) {
    int burst = Math.max(1, pagesPerSecond / 10);
    int ticks = Math.max(1, Math.round(100f * burst / pagesPerSecond));
    return new GuestProgram(idle(fillMib).fill, 16 * MEBIBYTE, hotPages, burst, ticks);
  }

  /**
   * Fills with incompressible bytes all but the first two MiB and the last, and then counts in a
   * hundredth of its pages each time that a key is pressed: one page in nine, the next ones each
   * time, the same ones again after ten times.
   */
  public static GuestProgram onKey(int memoryMib) {
    int hundredth = memoryMib * MEBIBYTE / PAGE_BYTES / 100;
    return new GuestProgram(
        random(2, memoryMib - 3), 2 * MEBIBYTE, 10 * hundredth, 9 * PAGE_BYTES, hundredth, 1, true);
  }

  /** The same with compressible memory: one dword all over. */
  public GuestProgram withPattern(int dword) {
    return new GuestProgram(
        new Fill(fill.base, fill.sizeBytes, dword, 1, 0),
        hotBase,
        hotPages,
        strideBytes,
        burstPages,
        sleepTicks,
        onKey);
  }

  /** The same with its hot pages apart: one in so many pages. */
  public GuestProgram scattered(int pages) {
    return new GuestProgram(
        fill, hotBase, hotPages, pages * PAGE_BYTES, burstPages, sleepTicks, onKey);
  }

  /** The program as the first sector of a disk. */
  public byte[] bootSector() {
    X86Code code = new X86Code(0x7C00);
    enterProtectedMode(code);
    fillMemory(code);
    if (hotPages > 0) {
      clearHotPages(code);
    }
    if (sleepTicks > 0) {
      startTimer(code);
    }
    code.mov(EBX, 0).store((int) PASS_ADDRESS, EBX).store((int) ERROR_ADDRESS, EBX);
    code.store((int) BURST_ADDRESS, EBX).store((int) MARKER_ADDRESS, MARKER);
    if (hotPages > 0) {
      countForEver(code);
    } else {
      code.label("halt").bytes(0xF4).jump("halt");
    }
    timerInterrupt(code);
    descriptors(code);
    return code.bootSector();
  }

  /** From the 16 bits in which a PC starts to flat 32 bits without paging. */
  private static void enterProtectedMode(X86Code code) {
    code.bytes(0xFA); // cli
    code.bytes(0x31, 0xC0, 0x8E, 0xD8); // xor ax, ax; mov ds, ax
    code.bytes(0xE4, 0x92, 0x0C, 0x02, 0x24, 0xFE, 0xE6, 0x92); // open the A20 gate by port 0x92
    code.bytes(0x0F, 0x01, 0x16).word("gdtr"); // lgdt [gdtr]
    code.bytes(0x0F, 0x20, 0xC0, 0x0C, 0x01, 0x0F, 0x22, 0xC0); // cr0 |= 1
    code.bytes(0xEA).word("flat").word(0x08); // jmp 0x08:flat
    code.label("flat").mov(EAX, 0x10);
    code.bytes(0x8E, 0xD8, 0x8E, 0xC0, 0x8E, 0xD0); // mov ds, es and ss, ax
    code.mov(ESP, 0x7000);
  }

  private void fillMemory(X86Code code) {
    if (fill.sizeBytes == 0) {
      return;
    }
    code.mov(EDI, fill.base).mov(ECX, (int) (fill.sizeBytes / 4)).mov(EAX, fill.seed);
    code.label("fill").store(EDI, EAX).imul(EAX, fill.factor).add(EAX, fill.summand);
    code.add(EDI, 4).dec(ECX).jumpUnlessZero("fill");
  }

  private void clearHotPages(X86Code code) {
    code.mov(EDI, hotBase).mov(ECX, hotPages);
    code.label("clear").storeAt(EDI, 0).add(EDI, strideBytes).dec(ECX).jumpUnlessZero("clear");
  }

  /**
   * Interrupt controller: timer only, at a vector that no exception has. Then the timer, 100 times
   * a second.
   */
  private static void startTimer(X86Code code) {
    code.out(0x20, 0x11)
        .out(0x21, TIMER_VECTOR)
        .out(0x21, 0x04)
        .out(0x21, 0x01)
        .out(0x21, 0xFE)
        .out(0xA1, 0xFF);
    code.out(0x43, 0x34).out(0x40, TICK_DIVISOR & 0xFF).out(0x40, TICK_DIVISOR >> 8);
    code.storeGate(IDT + 8 * TIMER_VECTOR, 0x08, "timer").store(IDT + 8 * TIMER_VECTOR + 4, 0x8E00);
    code.bytes(0x0F, 0x01, 0x1D).word("idtr").word(0); // lidt [idtr]
    code.bytes(0xFB); // sti
  }

  private void countForEver(X86Code code) {
    code.mov(EDX, burstPages);
    code.label("pass").mov(EDI, hotBase).mov(ECX, hotPages);
    code.compare((int) PASS_ADDRESS, EBX).jumpIfZero("page").store((int) ERROR_ADDRESS, EDI);
    code.label("page").compare(EDI, EBX).jumpIfZero("good").store((int) ERROR_ADDRESS, EDI);
    code.label("good").increment(EDI).add(EDI, strideBytes);
    if (sleepTicks > 0) {
      code.dec(EDX).jumpUnlessZero("next");
      code.mov(EDX, burstPages).mov(ESI, sleepTicks);
      if (onKey) {
        code.increment((int) BURST_ADDRESS);
      }
      code.label("sleep").bytes(0xF4).dec(ESI).jumpUnlessZero("sleep"); // hlt
      if (onKey) {
        awaitKey(code);
      }
      code.label("next");
    }
    code.dec(ECX).jumpUnlessZero("page");
    code.inc(EBX).store((int) PASS_ADDRESS, EBX).jump("pass");
  }

  /** The keyboard has a byte ready, and it is no release of a key. */
  private static void awaitKey(X86Code code) {
    code.inc(ESI); // For one tick more.
    code.bytes(0xE4, 0x64, 0xA8, 0x01).jumpIfZero("sleep"); // in al, 0x64; test al, 1
    code.bytes(0xE4, 0x60, 0xA8, 0x80).jumpUnlessZero("sleep"); // in al, 0x60; test al, 0x80
  }

  /** push eax; mov al, 0x20; out 0x20, al; pop eax; iret. */
  private static void timerInterrupt(X86Code code) {
    code.label("timer").bytes(0x50).out(0x20, 0x20).bytes(0x58, 0xCF);
  }

  /** A flat code and a flat data segment, and where the tables are. */
  private static void descriptors(X86Code code) {
    code.label("gdt").dword(0).dword(0);
    code.dword(0x0000FFFF).dword(0x00CF9A00);
    code.dword(0x0000FFFF).dword(0x00CF9200);
    code.label("gdtr").word(23).word("gdt").word(0);
    code.label("idtr").word(8 * TIMER_VECTOR + 7).dword(IDT);
  }
}
