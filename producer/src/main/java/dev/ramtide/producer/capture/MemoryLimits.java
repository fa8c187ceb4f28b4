package dev.ramtide.producer.capture;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;

/**
 * What a JVM may take.
 *
 * @param heapBytes as {@link Runtime#maxMemory} says it
 * @param directBytes for all direct buffers together
 */
record MemoryLimits(long heapBytes, long directBytes) {
  /** Of this process. */
  static MemoryLimits own() {
    long heapBytes = Runtime.getRuntime().maxMemory();
    long option =
        Long.parseLong(
            ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                .getVMOption("MaxDirectMemorySize")
                .getValue());
    // Without the option the JDK takes the size of the heap for it.
    return new MemoryLimits(heapBytes, option == 0 ? heapBytes : option);
  }
}
