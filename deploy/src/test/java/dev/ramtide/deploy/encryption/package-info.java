/** A log whose bytes nobody reads without a key, with a real broker and a real guest. */
package dev.ramtide.deploy.encryption;
