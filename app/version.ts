/** The version this worker reports; a test holds it to the one in package.json, which the image does not carry. */
export const VERSION = '0.1.0'
