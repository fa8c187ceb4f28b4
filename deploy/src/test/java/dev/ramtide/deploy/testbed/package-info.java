/**
 * What the integration tests stand on: child processes of our own and of QEMU, which die with the
 * test.
 */
@NullMarked
package dev.ramtide.deploy.testbed;

import org.jspecify.annotations.NullMarked;
